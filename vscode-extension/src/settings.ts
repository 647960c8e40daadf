// The settings as the server gets them, in its `initializationOptions`. Knows nothing of VS Code.

/** The part of VS Code's configuration that is read: `get` of the section `viz`. */
export interface Section {
  get(key: string): unknown;
}

export type Level = "parse" | "bind" | "execute";

/** What is not set is left out: then the project's `.viz-lsp.yml` decides, or the server. */
export interface InitializationOptions {
  /** Whether sources may be opened and queries run. */
  trusted: boolean;
  level?: Level;
  maxCombinations?: number;
  /** Whether options that the data do not hold yet are tried, too. */
  hostileOptions?: boolean;
  /** Milliseconds of quiet after which what is new in the line that is being typed is shown. */
  typingPause?: number;
  /** Whether texts are formatted. */
  format?: { enable: true };
  /** Whether answers of earlier sessions are used and new ones are kept. */
  cache?: false;
  /** Whether included files outside of the repository are read where there is no trust. */
  allowOutside?: true;
  /** Folders outside of projects whose data may be read. */
  allowRead?: string[];
}

export function initializationOptions(section: Section, trusted: boolean): InitializationOptions {
  const options: InitializationOptions = { trusted };
  const level = section.get("check.level");
  if (isLevel(level)) {
    options.level = level;
  }
  const most = section.get("check.maxCombinations");
  if (typeof most === "number" && Number.isInteger(most) && most >= 1) {
    options.maxCombinations = most;
  }
  const hostile = section.get("check.hostileOptions");
  if (typeof hostile === "boolean") {
    options.hostileOptions = hostile;
  }
  const pause = section.get("check.typingPause");
  if (typeof pause === "number" && Number.isInteger(pause) && pause >= 0) {
    options.typingPause = pause;
  }
  if (section.get("format.enable") === true) {
    options.format = { enable: true };
  }
  if (section.get("check.cache") === false) {
    options.cache = false;
  }
  if (section.get("check.allowOutside") === true) {
    options.allowOutside = true;
  }
  const folders = section.get("check.allowRead");
  if (Array.isArray(folders) && folders.length > 0) {
    // What is no folder the server tells.
    options.allowRead = folders as string[];
  }
  return options;
}

function isLevel(value: unknown): value is Level {
  return value === "parse" || value === "bind" || value === "execute";
}
