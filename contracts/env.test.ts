import { describe, expect, it } from "vitest";
import { EnvironmentError, missingHostedVariables, parseEnvironment } from "./env.ts";

describe("parseEnvironment", () => {
  it("fills in the contract's defaults from nothing", () => {
    const environment = parseEnvironment({});
    expect(environment).toMatchObject({
      PORT: 3000,
      BATON_HOME: ".baton",
      BATON_ADMIN_EMAIL: "demo@baton.local",
      WORKER_CONCURRENCY: 50,
      BATON_MODE: "production",
      BATON_WORKERS: 1,
    });
    expect(environment.SUPABASE_URL).toBeUndefined();
  });

  it("takes an empty variable for one that is not set", () => {
    expect(parseEnvironment({ PORT: "", REDIS_URL: " ", OPENAI_API_KEY: "" })).toMatchObject({
      PORT: 3000,
      REDIS_URL: undefined,
      OPENAI_API_KEY: undefined,
    });
  });

  it.each([
    ["PORT", "http", "whole number"],
    ["PORT", "70000", "at most 65535"],
    ["REDIS_URL", "localhost:6379", "redis://"],
    ["DATABASE_URL", "mysql://x", "postgresql://"],
    ["SMTP_URL", "http://mail", "smtp://"],
    ["BATON_SECRET", "short", "32 characters"],
    ["BATON_ADMIN_EMAIL", "nobody", "e-mail"],
    ["WORKER_CONCURRENCY", "0", "at least 1"],
  ])("refuses %s=%s and says why", (variable, value, reason) => {
    const attempt = () => parseEnvironment({ [variable]: value });
    expect(attempt).toThrow(EnvironmentError);
    expect(attempt).toThrow(variable);
    expect(attempt).toThrow(reason);
  });

  it("never repeats the value of a variable that it refuses", () => {
    expect(() => parseEnvironment({ BATON_SECRET: "hunter2" })).toThrow(expect.not.stringContaining("hunter2"));
  });
});

describe("missingHostedVariables", () => {
  const all = {
    SUPABASE_URL: "https://project.supabase.co",
    SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
    SUPABASE_SECRET_KEY: "sb_secret_x",
    DATABASE_URL: "postgresql://postgres:x@db.project.supabase.co:5432/postgres",
  };

  it("is content with all of them and with none", () => {
    expect(missingHostedVariables(parseEnvironment(all))).toEqual([]);
    expect(missingHostedVariables(parseEnvironment({}))).toEqual([]);
  });

  it("names those that complete half a set", () => {
    expect(missingHostedVariables(parseEnvironment({ ...all, SUPABASE_SECRET_KEY: "", DATABASE_URL: "" }))).toEqual([
      "SUPABASE_SECRET_KEY",
      "DATABASE_URL",
    ]);
  });
});
