import { SearchX } from "lucide-react";
import Link from "next/link";
import { Button } from "../components/ui/button.tsx";
import { EmptyState } from "../components/ui/empty-state.tsx";

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={SearchX}
        title="There is nothing at this address"
        description="It may have been deleted, or it belongs to an organisation you are not a member of."
        actions={
          <Button asChild size="medium">
            <Link href="/home">Go to home</Link>
          </Button>
        }
      />
    </main>
  );
}
