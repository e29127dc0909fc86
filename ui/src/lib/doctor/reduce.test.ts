import { describe, expect, it } from "vitest";
import type { CheckResult, CheckState, DoctorReport, DoctorState } from "../bindings";
import { current, explains, explainsEnd, finished, idle, outcome, reduce } from "./reduce";

const checks: CheckState[] = [
  { id: "api_address", title: "Address", progress: { kind: "waiting" } },
  { id: "api_answers", title: "Answers", progress: { kind: "waiting" } },
];
const result: CheckResult = {
  id: "api_address",
  title: "Address",
  verdict: "ok",
  cause: null,
  skipped_because: null,
  seen: "127.0.0.1",
  todo: null,
  ms: 2,
};
const report: DoctorReport = {
  version: 1,
  app: { version: "0.1.0", os: "linux", arch: "x86_64", sdk: "1" },
  at: "2026-11-25T00:00:00Z",
  subject: { api: "localhost:8080/api", session: false },
  answer: null,
  checks: [result],
};
const started = reduce(idle, { run: 1, change: { kind: "started", checks } });

describe("a run", () => {
  it("goes from check to check to its report", () => {
    let state = reduce(started, { run: 1, change: { kind: "checking", id: "api_address" } });
    expect(current(state)?.id).toBe("api_address");
    expect(finished(state)).toBe(0);
    state = reduce(state, { run: 1, change: { kind: "checked", result } });
    expect(current(state)).toBeNull();
    expect(finished(state)).toBe(1);
    expect(outcome(state)).toEqual({ kind: "none" });
    state = reduce(state, { run: 1, change: { kind: "finished", report } });
    expect(state.running).toBe(false);
    expect(outcome(state)).toEqual({ kind: "well" });
  });

  it("is not disturbed by an earlier one", () => {
    const second = reduce(started, { run: 2, change: { kind: "started", checks } });
    expect(reduce(second, { run: 1, change: { kind: "finished", report } })).toBe(second);
  });

  it("says what is broken", () => {
    const answer = {
      check: "livekit_port" as const,
      cause: "livekit_not_running" as const,
      verdict: "failed" as const,
      message: "LiveKit is not running.",
      why: "Nothing listens.",
      host: "Start it.",
      guest: "Tell the host.",
      action: "try_again" as const,
    };
    const state: DoctorState = { ...started, running: false, report: { ...report, answer } };
    expect(outcome(state)).toEqual({ kind: "broken", answer });
  });

  it("leaves nothing turning when it is stopped", () => {
    const state = reduce(started, { run: 1, change: { kind: "checking", id: "api_answers" } });
    const stopped = reduce(state, { run: 1, change: { kind: "stopped" } });
    expect(stopped.running).toBe(false);
    expect(current(stopped)).toBeNull();
  });
});

it("is asked only where it knows more", () => {
  const error = { code: "x", message: "", why: null, hint: "", action: null };
  expect(explains(null)).toBe(false);
  expect(explains({ ...error, action: "try_again" })).toBe(false);
  for (const code of ["session_not_found", "sign_in_required", "api_address_invalid", "invalid_session_id"]) {
    expect(explains({ ...error, code, action: "open_settings" })).toBe(false);
  }
  for (const code of ["api_not_running", "livekit_not_running", "server_url_loopback", "captive_portal"]) {
    expect(explains({ ...error, code, action: "open_settings" })).toBe(true);
  }
  expect(explains({ ...error, action: "run_doctor" })).toBe(true);
  expect(explainsEnd("connection_lost")).toBe(true);
  expect(explainsEnd("ended_by_host")).toBe(false);
});
