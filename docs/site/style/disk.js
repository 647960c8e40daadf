// Opened from disk, a browser doesn't let a page read another one: results of a search come without excerpts then.
if (location.protocol === "file:") {
  DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
}
