"use client";

import { CircleAlert, CircleCheck } from "lucide-react";
import { useId, useState } from "react";
import {
  createModelProviderSchema,
  testedModelProviderSchema,
  updateModelProviderSchema,
  type ModelProvider,
} from "../../contracts/api/model-provider.ts";
import { errorWords } from "../api-client.ts";
import { useApi } from "../shell/workspace-context.tsx";
import { Button } from "../ui/button.tsx";
import { Checkbox } from "../ui/checkbox.tsx";
import { ErrorState } from "../ui/error-state.tsx";
import { Field } from "../ui/field.tsx";
import { Input } from "../ui/input.tsx";
import { toast } from "../ui/toast.tsx";
import { FormEnd, SecretField, useForm } from "./credential-forms.tsx";
import { ModelPrices, rowsOf, toModels, type PriceRow } from "./model-prices.tsx";

interface ProviderFormProps {
  /** Null for a new one. */
  provider: ModelProvider | null;
  onDone(): void;
  onClose(): void;
}

interface Written {
  name: string;
  baseUrl: string;
  defaultModel: string;
  apiKey: string;
  /** True to leave the provider without a key. */
  keyless: boolean;
}

/** Adds or changes a provider. The connection can be tried before it is stored. */
export function ProviderForm({ provider, onDone, onClose }: ProviderFormProps) {
  const forget = useId();
  const [written, setWritten] = useState<Written>({
    name: provider?.name ?? "",
    baseUrl: provider?.baseUrl ?? "https://api.openai.com/v1",
    defaultModel: provider?.defaultModel ?? "",
    apiKey: "",
    keyless: false,
  });
  const [rows, setRows] = useState<readonly PriceRow[]>(() => rowsOf(provider?.models ?? []));
  const set = (field: "name" | "baseUrl" | "defaultModel" | "apiKey") => (value: string) =>
    setWritten((old) => ({ ...old, [field]: value }));
  const { name, baseUrl, defaultModel, apiKey, keyless } = written;
  const stays = provider?.hasKey === true && apiKey === "" && !keyless;
  const body = {
    name,
    baseUrl,
    defaultModel,
    models: toModels(rows),
    ...(stays ? {} : { apiKey: apiKey === "" ? null : apiKey }),
  };
  const form = useForm(
    provider === null ? createModelProviderSchema : updateModelProviderSchema,
    body,
    provider === null ? "POST" : "PUT",
    provider === null ? "/model-providers" : `/model-providers/${provider.id}`,
    () => {
      toast({ tone: "success", title: `“${name.trim()}” is stored` });
      onDone();
      onClose();
    },
  );

  return (
    <form noValidate onSubmit={form.submit} className="grid gap-4">
      {form.failure !== null && <ErrorState title="Nothing was stored" {...form.failure} />}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="Name"
          hint="As runs and bills call it."
          value={name}
          set={set("name")}
          error={form.faults["name"]}
        />
        <TextField
          label="Default model"
          hint="As the provider calls it."
          value={defaultModel}
          set={set("defaultModel")}
          error={form.faults["defaultModel"]}
        />
      </div>
      <TextField
        label="Base URL"
        hint="Where /chat/completions is found. Private addresses only where the operator allows them."
        value={baseUrl}
        set={set("baseUrl")}
        error={form.faults["baseUrl"]}
      />
      <SecretField
        label="API key"
        required={false}
        hint={
          provider?.hasKey === true
            ? "Leave it empty to keep the stored one. For another host it has to be entered again."
            : "It is encrypted, and nobody can read it again. Local servers often need none."
        }
        value={apiKey}
        onChange={set("apiKey")}
        error={form.faults["apiKey"]}
      />
      {provider?.hasKey === true && (
        <label htmlFor={forget} className="-mt-2 flex items-center gap-2 text-sm">
          <Checkbox
            id={forget}
            checked={keyless}
            onCheckedChange={(checked) => setWritten((old) => ({ ...old, keyless: checked }))}
          />
          Forget the stored key
        </label>
      )}
      <ModelPrices rows={rows} onChange={setRows} error={form.faults["models"]} />
      <Trial
        body={{
          id: stays ? provider.id : null,
          ...(name.trim() === "" ? {} : { name }),
          baseUrl,
          model: defaultModel,
          apiKey: apiKey === "" ? null : apiKey,
        }}
      />
      <FormEnd submit={provider === null ? "Add the provider" : "Save"} busy={form.busy} onClose={onClose} />
    </form>
  );
}

interface TextFieldProps {
  label: string;
  hint: string;
  value: string;
  set(value: string): void;
  error: string | undefined;
}

function TextField({ label, hint, value, set, error }: TextFieldProps) {
  return (
    <Field label={label} required hint={hint} error={error}>
      {(control) => (
        <Input {...control} spellCheck={false} value={value} onChange={(event) => set(event.target.value)} />
      )}
    </Field>
  );
}

/** Asks the provider one short question, and says what came of it. */
function Trial({ body }: { body: { baseUrl: string; model: string } & Record<string, unknown> }) {
  const api = useApi();
  const [busy, setBusy] = useState(false);
  const [result, setResult] = useState<{ ok: boolean; message: string } | null>(null);

  async function ask() {
    setBusy(true);
    setResult(null);
    try {
      const { ok, message, ms } = await api.call("POST", "/model-provider-tests", testedModelProviderSchema, body);
      setResult({ ok, message: ok ? `${message.replace(/\.$/, "")} in ${(ms / 1_000).toFixed(1)} s.` : message });
    } catch (thrown) {
      setResult({ ok: false, message: errorWords(thrown) });
    }
    setBusy(false);
  }

  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button busy={busy} disabled={body.baseUrl.trim() === "" || body.model.trim() === ""} onClick={() => void ask()}>
        Test the connection
      </Button>
      <p role="status" className="min-w-0 flex-1 text-xs">
        {result !== null && (
          <span
            className={
              result.ok
                ? "flex items-start gap-1.5 text-completed [&_svg]:mt-px [&_svg]:size-3.5 [&_svg]:shrink-0"
                : "flex items-start gap-1.5 text-failed [&_svg]:mt-px [&_svg]:size-3.5 [&_svg]:shrink-0"
            }
          >
            {result.ok ? <CircleCheck aria-hidden /> : <CircleAlert aria-hidden />}
            {result.message}
          </span>
        )}
      </p>
    </div>
  );
}
