import type { ReactNode, SubmitEvent } from "react";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";

interface AuthFormProps {
  title: string;
  description: ReactNode;
  submit: string;
  busy: boolean;
  /** What went wrong with the form as a whole. */
  error: { title: string; description: string } | null;
  onSubmit(): void;
  footer?: ReactNode;
  children: ReactNode;
}

/** The frame of every page about an account: one column, one primary button, one place for what went wrong. */
export function AuthForm({ title, description, submit, busy, error, onSubmit, footer, children }: AuthFormProps) {
  function send(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault();
    if (!busy) onSubmit();
  }
  return (
    <>
      <h1 className="text-xl font-semibold">{title}</h1>
      <p className="mt-1 text-sm text-pretty text-muted">{description}</p>
      <form onSubmit={send} noValidate className="mt-6 grid gap-4">
        {error !== null && <ErrorState title={error.title} description={error.description} />}
        {children}
        <Button type="submit" tone="primary" size="medium" busy={busy}>
          {submit}
        </Button>
      </form>
      {footer !== undefined && <div className="mt-6 text-sm text-muted">{footer}</div>}
    </>
  );
}

/** A link among words. */
export const linkLook = "font-medium text-accent-text underline-offset-2 hover:underline";
