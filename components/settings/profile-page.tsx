"use client";

import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useState, useSyncExternalStore, type ReactNode } from "react";
import { authWords, emailFault } from "../auth/auth-words.ts";
import { useWorkspace } from "../shell/workspace-context.tsx";
import { useSupabase } from "../supabase-context.tsx";
import { AlertDialog } from "../ui/alert-dialog.tsx";
import { Button } from "../ui/button.tsx";
import { Card, CardHeader } from "../ui/card.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { SegmentedControl } from "../ui/segmented-control.tsx";
import { toast } from "../ui/toast.tsx";
import { PasswordCard } from "./password-card.tsx";

/** Oneself: the same in every organisation. */
export function ProfilePage() {
  return (
    <>
      <NameCard />
      <AddressCard />
      <PasswordCard />
      <ThemeCard />
      <SessionsCard />
    </>
  );
}

function NameCard() {
  const supabase = useSupabase();
  const router = useRouter();
  const { user } = useWorkspace();
  const [name, setName] = useState(user.name);
  const form = useSend(async () => {
    const told = await (await supabase()).auth.updateUser({ data: { name: name.trim() } });
    if (told.error !== null) return authWords(told.error);
    const kept = await (await supabase()).from("profiles").update({ name: name.trim() }).eq("id", user.id);
    if (kept.error !== null) return { title: "The name was not saved", description: kept.error.message };
    toast({ tone: "success", title: "Your name is saved" });
    router.refresh();
    return null;
  });
  const fault = name.trim() === "" ? "Tell us what to call you." : null;
  return (
    <LineForm
      title="Name"
      description="How colleagues see you."
      form={form}
      fault={fault}
      unchanged={name.trim() === user.name}
    >
      <Field label="Your name" required error={fault} className="min-w-56 flex-1">
        {(control) => (
          <Input
            {...control}
            autoComplete="name"
            maxLength={120}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
      </Field>
    </LineForm>
  );
}

function AddressCard() {
  const supabase = useSupabase();
  const { user, mailbox } = useWorkspace();
  const [email, setEmail] = useState(user.email);
  const [asked, setAsked] = useState<string | null>(null);
  const unchanged = email.trim().toLowerCase() === user.email.toLowerCase();
  const fault = emailFault(email);
  const form = useSend(async () => {
    const answer = await (
      await supabase()
    ).auth.updateUser({ email: email.trim() }, { emailRedirectTo: `${location.origin}/settings/profile` });
    if (answer.error !== null) return authWords(answer.error);
    setAsked(email.trim());
    return null;
  });
  return (
    <LineForm
      title="E-mail"
      description="What you sign in with. Invitations and approvals are sent there."
      form={form}
      fault={fault}
      unchanged={unchanged}
      submit="Change"
      note={
        asked !== null &&
        `Open the link in the mail to ${asked}${mailbox ? ", in the local mailbox" : ""}; if one came to ${user.email} as well, open that too. Until then nothing changes.`
      }
    >
      <Field label="Your address" required error={fault} className="min-w-56 flex-1">
        {(control) => (
          <Input
            {...control}
            type="email"
            autoComplete="email"
            maxLength={320}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
    </LineForm>
  );
}

const never = () => () => undefined;

function ThemeCard() {
  const { theme, setTheme } = useTheme();
  // The server cannot know the choice, which this browser keeps.
  const here = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  return (
    <Card>
      <CardHeader title="Theme" description="Kept by this browser." />
      <div className="p-4">
        <SegmentedControl
          label="Theme"
          value={here ? (theme ?? "system") : "system"}
          onValueChange={setTheme}
          options={[
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
            { value: "system", label: "As the system" },
          ]}
        />
      </div>
    </Card>
  );
}

function SessionsCard() {
  const supabase = useSupabase();
  async function signOut() {
    const { error } = await (await supabase()).auth.signOut({ scope: "global" });
    if (error === null) location.assign("/sign-in");
    else toast({ tone: "failure", title: "You are still signed in", description: error.message });
  }
  return (
    <Card>
      <CardHeader
        className="border-b-0"
        title="Sessions"
        description="Lost a device? End every session, here too. Open pages elsewhere stop within ten minutes."
        actions={
          <AlertDialog
            trigger={<Button tone="quiet-danger">Sign out everywhere</Button>}
            title="Sign out everywhere?"
            description="You sign in again on each device, this one included. API keys go on working."
            confirm="Sign out everywhere"
            onConfirm={signOut}
          />
        }
      />
    </Card>
  );
}

export interface SendState {
  busy: boolean;
  failure: { title: string; description: string } | null;
  send(): Promise<void>;
}

/** Runs what a form is for; it gives the words of a failure, or null. */
export function useSend(work: () => Promise<{ title: string; description: string } | null>): SendState {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<SendState["failure"]>(null);
  return {
    busy,
    failure,
    async send() {
      setBusy(true);
      setFailure(await work());
      setBusy(false);
    },
  };
}

interface LineFormProps {
  title: string;
  description: string;
  form: SendState;
  fault: string | null;
  unchanged: boolean;
  submit?: string;
  /** What is still to be done, after it was sent. */
  note?: string | false;
  children: ReactNode;
}

/** A card with one field and its button. */
function LineForm({
  title,
  description,
  form,
  fault,
  unchanged,
  submit = "Save",
  note = false,
  children,
}: LineFormProps) {
  return (
    <Card>
      <CardHeader title={title} description={description} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (fault === null && !unchanged) void form.send();
        }}
        className="grid gap-3 p-4"
      >
        {form.failure !== null && <ErrorState {...form.failure} />}
        <div className="flex flex-wrap items-end gap-3">
          {children}
          <Button type="submit" size="medium" busy={form.busy} disabled={fault !== null || unchanged}>
            {submit}
          </Button>
        </div>
        {note !== false && (
          <p role="status" className="text-sm text-pretty text-muted">
            {note}
          </p>
        )}
      </form>
    </Card>
  );
}
