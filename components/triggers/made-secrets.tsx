import type { MadeTrigger } from "../../contracts/api/trigger.ts";
import { Button } from "../ui/button.tsx";
import { CodeBlock } from "../ui/code.tsx";

/** What is shown once: a webhook's address and secret. */
export function MadeSecrets({ made, onClose }: { made: MadeTrigger; onClose(): void }) {
  const isHook = made.trigger.kind === "webhook";
  return (
    <div className="grid gap-4">
      {made.url !== null && (
        <div className="grid gap-1.5">
          <h3 className="text-xs font-medium">Address</h3>
          <CodeBlock text={made.url} label="the address" />
        </div>
      )}
      {made.secret !== null && (
        <div className="grid gap-1.5">
          <h3 className="text-xs font-medium">Signing secret</h3>
          <CodeBlock text={made.secret} label="the secret" />
        </div>
      )}
      {isHook && (
        <p className="text-sm text-muted">
          Copy this now. It is not kept in a form that could be shown again; a new one can be made at any time.
        </p>
      )}
      <Button size="medium" tone="primary" className="justify-self-end" onClick={onClose}>
        {isHook ? "I have copied it" : "Done"}
      </Button>
    </div>
  );
}
