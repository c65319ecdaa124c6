"use client";

import { useState } from "react";
import {
  createCredentialSchema,
  credentialKindSchema,
  rotateCredentialSchema,
  type Credential,
  type CredentialKind,
} from "../../contracts/api/credential.ts";
import { anyAnswer } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { toast } from "../ui/toast.tsx";
import { failureOf, formFaults, type Failure } from "./form-faults.ts";

interface KindWords {
  label: string;
  /** Name of what goes with the secret; null where nothing does. */
  field: string | null;
  usual: string;
  secret: string;
}

export const kindWords: Record<CredentialKind, KindWords> = {
  bearer: { label: "Bearer token", field: null, usual: "", secret: "Token" },
  header: { label: "Key in the header", field: "Header", usual: "X-API-Key", secret: "Key" },
  query: { label: "Key in the address", field: "Parameter", usual: "api_key", secret: "Key" },
  basic: { label: "Password of user", field: "User", usual: "", secret: "Password" },
};

interface FormProps {
  onDone(): void;
  onClose(): void;
}

/** Stores a credential. What was typed stays until it is stored. */
export function NewCredential({ onDone, onClose }: FormProps) {
  const [name, setName] = useState("");
  const [kind, setKind] = useState<CredentialKind>("bearer");
  const [field, setField] = useState("");
  const [hosts, setHosts] = useState("");
  const [secret, setSecret] = useState("");
  const words = kindWords[kind];
  const body = {
    name,
    kind,
    field: words.field === null ? null : field,
    hosts: hostsOf(hosts),
    secret,
  };
  const form = useForm(createCredentialSchema, body, "POST", "/credentials", () => {
    toast({ tone: "success", title: `“${name.trim()}” is stored` });
    onDone();
    onClose();
  });

  return (
    <form noValidate onSubmit={form.submit} className="grid gap-4">
      {form.failure !== null && <ErrorState title="Nothing was stored" {...form.failure} />}
      <Field label="Name" required hint="Steps refer to it by this name." error={form.faults["name"]}>
        {(control) => (
          <Input {...control} maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Kind" required>
          {({ required: _required, ...control }) => (
            <Select
              {...control}
              value={kind}
              onValueChange={(value) => {
                const chosen = credentialKindSchema.parse(value);
                setKind(chosen);
                setField(kindWords[chosen].usual);
              }}
              options={credentialKindSchema.options.map((value) => ({ value, label: kindWords[value].label }))}
            />
          )}
        </Field>
        {words.field !== null && (
          <Field label={words.field} required error={form.faults["field"]}>
            {(control) => (
              <Input {...control} maxLength={200} value={field} onChange={(event) => setField(event.target.value)} />
            )}
          </Field>
        )}
      </div>
      <HostsField value={hosts} onChange={setHosts} error={form.faults["hosts"]} />
      <SecretField label={words.secret} value={secret} onChange={setSecret} error={form.faults["secret"]} />
      <FormEnd submit="Store the credential" busy={form.busy} onClose={onClose} />
    </form>
  );
}

/** Puts a new secret in place of the old one, for other hosts if need be. */
export function RotateCredential({ credential, onDone, onClose }: FormProps & { credential: Credential }) {
  const [secret, setSecret] = useState("");
  const [hosts, setHosts] = useState(credential.hosts.join(", "));
  const body = { secret, hosts: hostsOf(hosts) };
  const form = useForm(rotateCredentialSchema, body, "POST", `/credentials/${credential.id}/rotate`, () => {
    toast({ tone: "success", title: `“${credential.name}” has a new secret` });
    onDone();
    onClose();
  });
  return (
    <form noValidate onSubmit={form.submit} className="grid gap-4">
      {form.failure !== null && <ErrorState title="The old secret stays" {...form.failure} />}
      <p className="text-sm text-muted">Steps that begin from then on use the new one.</p>
      <SecretField
        label={kindWords[credential.kind].secret}
        value={secret}
        onChange={setSecret}
        error={form.faults["secret"]}
      />
      <HostsField value={hosts} onChange={setHosts} error={form.faults["hosts"]} />
      <FormEnd submit="Replace the secret" busy={form.busy} onClose={onClose} />
    </form>
  );
}

interface TextFieldProps {
  value: string;
  onChange(value: string): void;
  error: string | undefined;
}

function HostsField({ value, onChange, error }: TextFieldProps) {
  return (
    <Field
      label="Hosts"
      required
      hint="Where it may be sent, divided by commas: api.example.com, *.example.org, localhost:8080."
      error={error}
    >
      {(control) => (
        <Input
          {...control}
          spellCheck={false}
          autoCapitalize="off"
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** A secret being typed in: not shown, not remembered by the browser. */
export function SecretField({
  label,
  hint = "It is encrypted, and nobody can read it again.",
  required = true,
  value,
  onChange,
  error,
}: TextFieldProps & { label: string; hint?: string; required?: boolean }) {
  return (
    <Field label={label} required={required} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          type="password"
          autoComplete="off"
          data-1p-ignore
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function FormEnd({ submit, busy, onClose }: { submit: string; busy: boolean; onClose(): void }) {
  return (
    <div className="flex justify-end gap-2">
      <Button size="medium" onClick={onClose}>
        Cancel
      </Button>
      <Button type="submit" size="medium" tone="primary" busy={busy}>
        {submit}
      </Button>
    </div>
  );
}

function hostsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((host) => host !== "");
}

/** A form that is checked by the contract's own schema once somebody tried to send it, and sent by the API. */
export function useForm(
  schema: Parameters<typeof formFaults>[0],
  body: object,
  method: "POST" | "PUT",
  path: string,
  onSent: () => void,
): {
  faults: Record<string, string>;
  failure: Failure | null;
  busy: boolean;
  submit(event: { preventDefault(): void }): void;
} {
  const api = useApi();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const faults = formFaults(schema, body);

  async function send() {
    setTried(true);
    if (Object.keys(faults).length > 0) return;
    setBusy(true);
    setFailure(null);
    try {
      await api.call(method, path, anyAnswer, body);
      onSent();
    } catch (thrown) {
      setFailure(failureOf(thrown));
    }
    setBusy(false);
  }
  return {
    faults: tried ? faults : {},
    failure,
    busy,
    submit(event) {
      event.preventDefault();
      void send();
    },
  };
}
