"use client";

import { Button } from "../components/ui/button.tsx";
import { ErrorState } from "../components/ui/error-state.tsx";

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main>
      <ErrorState
        as="page"
        title="This page could not be shown"
        description={`Nothing was lost: what runs goes on. Try again; if it stays, the server's log has the details${error.digest === undefined ? "." : ` under ${error.digest}.`}`}
        actions={<Button onClick={reset}>Try again</Button>}
      />
    </main>
  );
}
