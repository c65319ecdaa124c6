import type { Metadata } from "next";
import { listMembers } from "../../../components/records/organization.ts";
import { listRuns } from "../../../components/records/run.ts";
import { listWorkflows } from "../../../components/records/workflow.ts";
import { filterOf, readAsked } from "../../../components/runs/run-filter.ts";
import { RunList } from "../../../components/runs/run-list.tsx";
import { firstOf, type SearchProps } from "../../route-props.ts";
import { requireWorkspace } from "../../session.ts";

export const metadata: Metadata = { title: "Runs" };

export default async function RunsPage({ searchParams }: SearchProps) {
  const { client, organization } = await requireWorkspace();
  const given = await searchParams;
  const asked = readAsked((name) => firstOf(given[name]));
  const [runs, workflows, members] = await Promise.all([
    listRuns(client, organization.id, filterOf(asked, Date.now())),
    listWorkflows(client, organization.id, { search: "", tag: null, sort: "name", archived: false }, 200),
    listMembers(client, organization.id),
  ]);
  return (
    <RunList
      initial={runs}
      asked={asked}
      workflows={workflows.map(({ id, name }) => ({ id, name }))}
      people={members.map(({ user_id, profiles }) => ({
        id: user_id,
        name: profiles?.name ?? profiles?.email ?? "Somebody",
      }))}
    />
  );
}
