// The one door to Rust: the generated commands with their errors thrown, and the two events.

import { commands, events } from "./bindings";
import type {
  ChatState,
  ChatUpdate,
  Device,
  DeviceChoice,
  DeviceList,
  DoctorState,
  DoctorSubject,
  DoctorUpdate,
  Invite,
  LastSession,
  LiveSessions,
  Meters,
  Moderation,
  RecentSession,
  ReportFormat,
  ReportKind,
  Rgb,
  SessionPatch,
  Settings,
  SettingsView,
  Statistics,
  StatisticsTick,
  SignIn,
  StageLayout,
  Startup,
  SessionState,
  TileLayout,
  UiError,
  VideoLayerInfo,
} from "./bindings";
import { texts } from "./texts";

/** What the UI asks of the app. Every promise rejects with a {@link BackendError} only. */
export interface Backend {
  startup(): Promise<Startup>;
  checkSdk(): Promise<void>;
  sessionSnapshot(): Promise<SessionState>;
  createSession(title: string, name: string, encrypted: boolean): Promise<void>;
  joinSession(input: string, name: string, keyWords: string | null): Promise<void>;
  useSessionKey(keyWords: string): Promise<void>;
  renewSessionKey(): Promise<void>;
  rejoinSession(): Promise<void>;
  lastSession(): Promise<LastSession | null>;
  forgetLastSession(): Promise<void>;
  watchLiveSessions(on: boolean): Promise<void>;
  recentSessions(): Promise<RecentSession[]>;
  forgetRecentSession(sessionId: string | null): Promise<void>;
  invite(): Promise<Invite | null>;
  moderate(identity: string, what: Moderation): Promise<void>;
  muteAll(): Promise<void>;
  lockSession(locked: boolean): Promise<void>;
  leaveSession(): Promise<void>;
  endSession(): Promise<void>;
  dismissEnd(): Promise<void>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  raiseHand(up: boolean): Promise<void>;
  setTiles(tiles: TileLayout[]): Promise<void>;
  chatSnapshot(): Promise<ChatState>;
  sendMessage(to: string | null, text: string): Promise<void>;
  editMessage(key: string, text: string): Promise<void>;
  deleteMessage(key: string): Promise<void>;
  react(emoji: string): Promise<void>;
  openLink(url: string): Promise<void>;
  offerFile(to: string | null): Promise<boolean>;
  saveFile(key: string): Promise<void>;
  cancelTransfer(key: string): Promise<void>;
  showFolder(key: string): Promise<void>;
  statistics(): Promise<Statistics>;
  watchStatistics(on: boolean): Promise<void>;
  copyText(text: string): Promise<void>;
  devices(): Promise<DeviceList>;
  chooseDevice(device: Device, choice: DeviceChoice | null): Promise<SettingsView>;
  settings(): Promise<SettingsView>;
  saveSettings(settings: Settings): Promise<SettingsView>;
  chooseLayout(layout: StageLayout): Promise<SettingsView>;
  setCredential(kind: SignIn, secret: string): Promise<SettingsView>;
  clearCredential(): Promise<SettingsView>;
  lanAddress(): Promise<string | null>;
  startDoctor(subject: DoctorSubject): Promise<void>;
  doctor(): Promise<DoctorState>;
  stopDoctor(): Promise<void>;
  reportText(which: ReportKind, format: ReportFormat): Promise<string>;
  saveReport(which: ReportKind, format: ReportFormat): Promise<string>;
  videoLayer(): Promise<VideoLayerInfo>;
  setBackdrop(colour: Rgb): Promise<void>;
  onPatch(listener: (patch: SessionPatch) => void): Promise<() => void>;
  onChat(listener: (update: ChatUpdate) => void): Promise<() => void>;
  onMeters(listener: (meters: Meters) => void): Promise<() => void>;
  onStatistics(listener: (tick: StatisticsTick) => void): Promise<() => void>;
  onDoctor(listener: (update: DoctorUpdate) => void): Promise<() => void>;
  onLiveSessions(listener: (update: LiveSessions) => void): Promise<() => void>;
}

/** A {@link UiError} that can be thrown. */
export class BackendError extends Error {
  constructor(readonly ui: UiError) {
    super(ui.message);
  }
}

/** The error's parts, whatever was thrown. */
export function uiError(thrown: unknown): UiError {
  if (thrown instanceof BackendError) return thrown.ui;
  console.error(thrown);
  return { code: "internal", ...texts.errors.internal };
}

type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: UiError };

async function take<T>(answer: Promise<Answer<T>>): Promise<T> {
  const result = await answer;
  if (result.status === "error") throw new BackendError(result.error);
  return result.data;
}

async function done(answer: Promise<Answer<unknown>>): Promise<void> {
  await take(answer);
}

/** The app itself. */
export const tauriBackend: Backend = {
  startup: () => take(commands.startup()),
  checkSdk: () => done(commands.checkSdk()),
  sessionSnapshot: () => take(commands.sessionSnapshot()),
  createSession: (title, name, encrypted) => done(commands.createSession(title, name, encrypted)),
  joinSession: (input, name, keyWords) => done(commands.joinSession(input, name, keyWords)),
  useSessionKey: (keyWords) => done(commands.useSessionKey(keyWords)),
  renewSessionKey: () => done(commands.renewSessionKey()),
  rejoinSession: () => done(commands.rejoinSession()),
  lastSession: () => take(commands.lastSession()),
  forgetLastSession: () => done(commands.forgetLastSession()),
  watchLiveSessions: (on) => done(commands.watchLiveSessions(on)),
  recentSessions: () => take(commands.recentSessions()),
  forgetRecentSession: (sessionId) => done(commands.forgetRecentSession(sessionId)),
  invite: () => take(commands.invite()),
  moderate: (identity, what) => done(commands.moderate(identity, what)),
  muteAll: () => done(commands.muteAll()),
  lockSession: (locked) => done(commands.lockSession(locked)),
  leaveSession: () => done(commands.leaveSession()),
  endSession: () => done(commands.endSession()),
  dismissEnd: () => done(commands.dismissEnd()),
  setMicrophone: (on) => done(commands.setMicrophone(on)),
  setCamera: (on) => done(commands.setCamera(on)),
  setScreen: (on) => done(commands.setScreen(on)),
  raiseHand: (up) => done(commands.raiseHand(up)),
  setTiles: (tiles) => done(commands.setTiles(tiles)),
  chatSnapshot: () => take(commands.chatSnapshot()),
  sendMessage: (to, text) => done(commands.sendMessage(to, text)),
  editMessage: (key, text) => done(commands.editMessage(key, text)),
  deleteMessage: (key) => done(commands.deleteMessage(key)),
  react: (emoji) => done(commands.react(emoji)),
  openLink: (url) => done(commands.openLink(url)),
  offerFile: (to) => take(commands.offerFile(to)),
  saveFile: (key) => done(commands.saveFile(key)),
  cancelTransfer: (key) => done(commands.cancelTransfer(key)),
  showFolder: (key) => done(commands.showFolder(key)),
  statistics: () => take(commands.statistics()),
  watchStatistics: (on) => done(commands.watchStatistics(on)),
  copyText: (text) => done(commands.copyText(text)),
  devices: () => take(commands.devices()),
  chooseDevice: (device, choice) => take(commands.chooseDevice(device, choice)),
  settings: () => take(commands.settings()),
  saveSettings: (settings) => take(commands.saveSettings(settings)),
  chooseLayout: (layout) => take(commands.chooseLayout(layout)),
  setCredential: (kind, secret) => take(commands.setCredential(kind, secret)),
  clearCredential: () => take(commands.clearCredential()),
  lanAddress: () => take(commands.lanAddress()),
  startDoctor: (subject) => done(commands.startDoctor(subject)),
  doctor: () => take(commands.doctor()),
  stopDoctor: () => done(commands.stopDoctor()),
  reportText: (which, format) => take(commands.reportText(which, format)),
  saveReport: (which, format) => take(commands.saveReport(which, format)),
  videoLayer: () => take(commands.videoLayer()),
  setBackdrop: (colour) => done(commands.setBackdrop(colour)),
  onPatch: (listener) => events.sessionPatch.listen((event) => listener(event.payload)),
  onChat: (listener) => events.chatUpdate.listen((event) => listener(event.payload)),
  onMeters: (listener) => events.meters.listen((event) => listener(event.payload)),
  onStatistics: (listener) => events.statisticsTick.listen((event) => listener(event.payload)),
  onDoctor: (listener) => events.doctorUpdate.listen((event) => listener(event.payload)),
  onLiveSessions: (listener) => events.liveSessions.listen((event) => listener(event.payload)),
};
