// Runs of the connection doctor without the app.

import type { Answer, CheckId, CheckResult, CheckState, DoctorUpdate, Verdict } from "../lib/bindings";

const titles: [CheckId, string, string][] = [
  ["api_address", "Session server's address", "live.example.org is 203.0.113.7 and 2001:db8::7."],
  ["api_answers", "Session server answers", "It answers over TLS in 48 ms, by IPv4 and IPv6."],
  ["session_api", "It is a session API", "Donfra Live session server 0.1.0."],
  ["sign_in", "Sign-in", "It wants none."],
  ["session", "A session can be entered", "A session for this check was created."],
  ["token", "Access token", "Signed with key devkey, for this room, good for 6 hours."],
  ["clock", "Clocks", "They agree within 1 s."],
  ["server_url", "LiveKit's address", "wss://live.example.org:7880"],
  ["livekit_port", "LiveKit answers", "203.0.113.7:7880 takes a connection in 21 ms."],
  ["livekit_token", "LiveKit takes the token", "It does. (A plain HTTP answer at /rtc/validate is normal.)"],
  ["websocket", "WebSocket to LiveKit", "The upgrade gets through; LiveKit 1.13.5."],
  ["ice", "Media connection", "UDP, from host 192.168.1.x to host 203.0.113.7:7882, round trip 23 ms."],
  ["media", "Sound and picture, there and back", "30 frames/s, 0.0 % lost, round trip 24 ms."],
];

const answers: Record<string, Answer> = {
  broken: {
    check: "livekit_port",
    cause: "livekit_not_running",
    verdict: "failed",
    message: "Nothing answers at 203.0.113.7:7880, where LiveKit should be.",
    why: "The computer is there, but no program listens on that port.",
    host: "Start LiveKit (docker compose up livekit), and see in its log that it says “starting LiveKit server”.",
    guest: "Tell the host that LiveKit is not running; there is nothing to do on your side.",
    action: "try_again",
  },
  warning: {
    check: "ice",
    cause: "udp_blocked",
    verdict: "warning",
    message: "UDP is blocked, so media goes over TCP: it works, but stutters sooner.",
    why: "A firewall between you and LiveKit lets no UDP through.",
    host: "Open UDP port 7882 to LiveKit.",
    guest: "Use another network if pictures freeze, or ask who runs yours to allow UDP.",
    action: "try_again",
  },
};

let run = 0;

/** A run with this outcome, a quarter of a second a check. */
export async function examine(outcome: string, tell: (update: DoctorUpdate) => void): Promise<void> {
  const number = ++run;
  const answer = answers[outcome] ?? null;
  const checks: CheckState[] = titles.map(([id, title]) => ({ id, title, progress: { kind: "waiting" } }));
  tell({ run: number, change: { kind: "started", checks } });
  const results: CheckResult[] = [];
  const at = titles.findIndex(([id]) => id === answer?.check);
  void (async () => {
    for (const [index, [id, title, seen]] of titles.entries()) {
      tell({ run: number, change: { kind: "checking", id } });
      await new Promise((resolve) => setTimeout(resolve, 250));
      const broken = answer?.verdict === "failed" && at >= 0;
      const verdict: Verdict = index === at && answer ? answer.verdict : broken && index > at ? "skipped" : "ok";
      results.push({
        id,
        title,
        verdict,
        cause: verdict === "ok" || verdict === "skipped" || !answer ? null : answer.cause,
        skipped_because: verdict === "skipped" && answer ? answer.check : null,
        seen: verdict === "ok" ? seen : index === at ? "Connection refused after 3 ms." : "",
        todo: index === at && answer ? answer.guest : null,
        ms: 3 + index * 97,
      });
      tell({ run: number, change: { kind: "checked", result: results[index] as CheckResult } });
    }
    const app = { version: "0.1.0", os: "linux", arch: "x86_64", sdk: "0.13.2" };
    const subject = { api: "live.example.org/api", session: false };
    const report = { version: 1, app, at: new Date().toISOString(), subject, answer, checks: results };
    tell({ run: number, change: { kind: "finished", report } });
  })();
}
