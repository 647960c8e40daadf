// Notifications: the one way in which the extension says something on its own account.

import * as vscode from "vscode";
import { unlinked } from "./plain";

export function inform(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(unlinked(message), ...buttons);
}

export function warn(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showWarningMessage(unlinked(message), ...buttons);
}

export function complain(message: string, ...buttons: string[]): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(unlinked(message), ...buttons);
}
