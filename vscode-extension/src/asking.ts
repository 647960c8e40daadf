// When a panel asks the server: a moment after what changed, one time at once, and again if the project was checked meanwhile.

import * as vscode from "vscode";

/** After a keystroke or a move of the cursor, so long nothing is asked. */
const PAUSE = 150;

export class Asking {
  private timer: NodeJS.Timeout | undefined;
  private current: vscode.CancellationTokenSource | undefined;
  /** The project was checked anew while the server was being asked. */
  private outdated = false;

  constructor(private readonly ask: (token: vscode.CancellationToken) => Promise<void>) {}

  /** Asks after a pause; what is being asked goes on until then. */
  soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.now(), PAUSE);
  }

  /** Asks; what is being asked is given up. */
  async now(): Promise<void> {
    clearTimeout(this.timer);
    this.current?.cancel();
    const current = new vscode.CancellationTokenSource();
    this.current = current;
    this.outdated = false;
    await this.ask(current.token);
    if (this.current === current) {
      this.current = undefined;
      if (this.outdated) {
        this.soon();
      }
    }
  }

  /** Asking may make the server check; so its news must not cancel what is being asked, or nothing would ever be shown. */
  checked(): void {
    if (this.current === undefined) {
      this.soon();
    } else {
      this.outdated = true;
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.current?.cancel();
  }
}
