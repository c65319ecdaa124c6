import { SkeletonRows } from "../../components/ui/skeleton.tsx";

export default function Loading() {
  return (
    <div className="pt-12">
      <SkeletonRows rows={8} />
    </div>
  );
}
