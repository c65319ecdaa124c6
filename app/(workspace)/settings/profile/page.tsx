import type { Metadata } from "next";
import { ProfilePage } from "../../../../components/settings/profile-page.tsx";

export const metadata: Metadata = { title: "Profile" };

export default function ProfileRoute() {
  return <ProfilePage />;
}
