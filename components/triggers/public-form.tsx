"use client";

import { CircleCheck } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { z } from "zod";
import { ApiError, createApiClient, errorWords } from "../api-client.ts";
import { Logo } from "../shell/logo.tsx";
import { Button } from "../ui/button.tsx";
import { CodeBlock } from "../ui/code.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";
import { formFields, initialTexts, readForm, type FormField } from "../workflows/json-schema.ts";
import { SchemaForm } from "../workflows/schema-form.tsx";

const shownSchema = z.object({ title: z.string(), description: z.string(), schema: z.unknown() });
const sentSchema = z.object({ reference: z.string(), thanks: z.string().nullable() });

interface Shown {
  title: string;
  description: string;
  fields: FormField[];
}

/** A workflow's form for whoever has its address; nobody has to sign in. */
export function PublicForm({ token }: { token: string }) {
  const api = useMemo(() => createApiClient(null, null), []);
  const path = `/forms/${encodeURIComponent(token)}`;
  const [form, setForm] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [sent, setSent] = useState<z.infer<typeof sentSchema> | null>(null);

  useEffect(() => {
    let here = true;
    async function load() {
      try {
        const { title, description, schema } = await api.call("GET", path, shownSchema);
        if (here) setForm({ title, description, fields: formFields(schema) });
      } catch (thrown) {
        if (here) setProblem(errorWords(thrown));
      }
    }
    void load();
    return () => {
      here = false;
    };
  }, [api, path]);

  return (
    <main className="min-h-dvh bg-ground sm:px-4 sm:py-10">
      <div className="mx-auto max-w-xl overflow-clip border-line bg-surface sm:rounded-lg sm:border">
        <header className="flex items-center gap-2.5 border-b px-4 py-3 sm:px-6">
          <Logo />
          <h1 className="min-w-0 truncate text-sm font-semibold" dir="auto">
            {form?.title ?? "A form"}
          </h1>
        </header>
        {problem !== null && <ErrorState as="page" title="There is nothing to fill in here" description={problem} />}
        {form === null && problem === null && <SkeletonRows label="Reading the form" />}
        {form !== null && sent === null && (
          <Fill
            form={form}
            submit={(body) => api.call("POST", `${path}/submissions`, sentSchema, body)}
            onSent={setSent}
          />
        )}
        {sent !== null && (
          <div className="grid gap-3 px-4 py-6 sm:px-6">
            <output className="flex items-center gap-2 text-sm font-medium text-completed">
              <CircleCheck aria-hidden className="size-4" /> It was sent.
            </output>
            {sent.thanks !== null && (
              <p className="text-sm whitespace-pre-wrap" dir="auto">
                {sent.thanks}
              </p>
            )}
            <p className="text-sm text-muted">Keep this reference, in case you want to ask about it:</p>
            <CodeBlock text={sent.reference} label="the reference" />
          </div>
        )}
      </div>
    </main>
  );
}

interface FillProps {
  form: Shown;
  submit(body: { input: unknown; submissionId: string }): Promise<z.infer<typeof sentSchema>>;
  onSent(sent: z.infer<typeof sentSchema>): void;
}

function Fill({ form, submit, onSent }: FillProps) {
  const [texts, setTexts] = useState(() => initialTexts(form.fields));
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState<{
    description: string;
    faults: readonly { path: string; message: string }[];
  } | null>(null);
  const [busy, setBusy] = useState(false);
  // Kept while this page is open: a second click, or a retry after a lost answer, is the same submission.
  const [submissionId] = useState(() => crypto.randomUUID());

  async function send() {
    const read = readForm(form.fields, texts);
    setFaults(read.ok ? {} : read.faults);
    if (!read.ok) return;
    setBusy(true);
    setFailure(null);
    try {
      onSent(await submit({ input: read.input, submissionId }));
    } catch (thrown) {
      setFailure({ description: errorWords(thrown), faults: thrown instanceof ApiError ? thrown.faults : [] });
      setBusy(false);
    }
  }

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      className="grid gap-4 px-4 py-5 sm:px-6"
    >
      {form.description !== "" && (
        <p className="text-sm text-pretty whitespace-pre-wrap text-muted" dir="auto">
          {form.description}
        </p>
      )}
      {failure !== null && <ErrorState title="It was not sent" {...failure} />}
      {form.fields.length === 0 && <p className="text-sm text-muted">Nothing has to be filled in: send it as it is.</p>}
      <SchemaForm
        fields={form.fields}
        texts={texts}
        faults={faults}
        onChange={(name, text) => setTexts((old) => ({ ...old, [name]: text }))}
      />
      <Button type="submit" tone="primary" size="medium" busy={busy} className="justify-self-end">
        Send
      </Button>
    </form>
  );
}
