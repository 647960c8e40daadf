"""The server with the abilities of real editors, as pytest-lsp knows them. It fails on any answer that such a client could
not read, and on anything that a client without an ability must not get.

    VIZ_LSP=target/debug/viz-lsp python3 -m pytest tests/clients
"""

import asyncio
import os
import pathlib
import shutil

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import ClientServerConfig, LanguageClient, client_capabilities

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
SAMPLE = REPOSITORY / "tests" / "projects" / "broken" / "ecommerce"
CLIENTS = ["visual_studio_code", "neovim@v0.11", "emacs"]
PATIENCE = 60


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "ecommerce"
    shutil.copytree(SAMPLE, folder)
    return folder


@pytest_lsp.fixture(params=CLIENTS, config=ClientServerConfig(server_command=[os.environ["VIZ_LSP"], "--stdio"]))
async def client(request, lsp_client: LanguageClient, project):
    parameters = types.InitializeParams(
        capabilities=client_capabilities(request.param),
        workspace_folders=[types.WorkspaceFolder(uri=project.as_uri(), name="shop")],
        root_uri=project.as_uri(),
    )
    # What editors answer and pytest-lsp doesn't.
    for method in [
        types.CLIENT_REGISTER_CAPABILITY,
        types.WORKSPACE_CODE_LENS_REFRESH,
        types.WORKSPACE_INLAY_HINT_REFRESH,
        "viz/statusChanged",
    ]:
        lsp_client.feature(method)(lambda _params: None)
    result = await lsp_client.initialize_session(parameters)
    lsp_client.offers = result.capabilities
    yield
    await lsp_client.shutdown_session()


class Text:
    """An open text."""

    def __init__(self, client, path):
        self.client, self.uri, self.text, self.version = client, path.as_uri(), path.read_text("utf-8"), 1
        item = types.TextDocumentItem(uri=self.uri, language_id="yaml", version=1, text=self.text)
        client.text_document_did_open(types.DidOpenTextDocumentParams(text_document=item))

    @property
    def id(self):
        return types.TextDocumentIdentifier(uri=self.uri)

    def position(self, piece):
        """The place of `|` in a piece of the text (the sample is ASCII, so all encodings agree)."""
        at = self.text.index(piece.replace("|", "")) + piece.index("|")
        before = self.text[:at]
        return types.Position(line=before.count("\n"), character=at - (before.rfind("\n") + 1))

    def whole(self):
        return types.Range(types.Position(0, 0), types.Position(self.text.count("\n"), 0))

    def replace(self, old, new):
        assert self.text.count(old) == 1, old
        start, end = self.position("|" + old), self.position(old + "|")
        self.text = self.text.replace(old, new)
        self.version += 1
        self.client.text_document_did_change(
            types.DidChangeTextDocumentParams(
                text_document=types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version),
                content_changes=[
                    types.TextDocumentContentChangePartial(range=types.Range(start, end), text=new)
                ],
            )
        )

    async def findings(self, fits):
        """The diagnostics, asked for or sent, once they fit."""
        options = self.client.offers.diagnostic_provider
        for _ in range(PATIENCE * 10):
            if options is not None:
                params = types.DocumentDiagnosticParams(text_document=self.id)
                report = await self.client.text_document_diagnostic_async(params)
                found = report.items
                assert not self.client.diagnostics.get(self.uri), "sent to one who asks"
            else:
                found = self.client.diagnostics.get(self.uri, [])
            if fits(found):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(f"never: {[finding.code for finding in found]}")


async def test_a_session(client, project):
    text = Text(client, project / "insights.yml")
    found = await text.findings(lambda all: len(all) == 4)
    assert "unknown-column" in [finding.code for finding in found]

    text.replace("orders).totl}) }", "orders).total}) }")
    found = await text.findings(lambda all: len(all) == 3)
    assert "unknown-column" not in [finding.code for finding in found]

    place = types.TextDocumentPositionParams(text.id, text.position("= '${ref(ci|ty).value}'"))
    hover = await client.text_document_hover_async(types.HoverParams(place.text_document, place.position))
    assert "city" in hover.contents.value
    definition = await client.text_document_definition_async(types.DefinitionParams(place.text_document, place.position))
    assert definition
    references = await client.text_document_references_async(
        types.ReferenceParams(types.ReferenceContext(include_declaration=True), place.text_document, place.position)
    )
    assert len(references) > 1
    highlights = await client.text_document_document_highlight_async(
        types.DocumentHighlightParams(place.text_document, place.position)
    )
    assert highlights
    symbols = await client.text_document_document_symbol_async(types.DocumentSymbolParams(text.id))
    assert symbols
    renamed = await client.text_document_rename_async(
        types.RenameParams(place.text_document, place.position, "town")
    )
    assert renamed.document_changes or renamed.changes
    actions = await client.text_document_code_action_async(
        types.CodeActionParams(text.id, text.whole(), types.CodeActionContext(diagnostics=found))
    )
    assert actions

    text.replace("= '${ref(city).value}'", "= '${ref(cit")
    place = types.CompletionParams(text.id, text.position("= '${ref(cit|"))
    completion = await client.text_document_completion_async(place)
    items = completion if isinstance(completion, list) else completion.items
    assert "city" in [item.label for item in items]


async def test_what_is_offered_is_answered(client, project):
    text = Text(client, project / "insights.yml")
    await text.findings(lambda all: len(all) == 4)
    offers = client.offers
    if offers.semantic_tokens_provider:
        tokens = await client.text_document_semantic_tokens_full_async(types.SemanticTokensParams(text.id))
        assert tokens.data and len(tokens.data) % 5 == 0
    if offers.inlay_hint_provider:
        hints = await client.text_document_inlay_hint_async(types.InlayHintParams(text.id, text.whole()))
        assert hints
    if offers.folding_range_provider:
        assert await client.text_document_folding_range_async(types.FoldingRangeParams(text.id))
    if offers.code_lens_provider:
        await client.text_document_code_lens_async(types.CodeLensParams(text.id))
    if offers.document_link_provider:
        await client.text_document_document_link_async(types.DocumentLinkParams(text.id))
    if offers.call_hierarchy_provider:
        place = text.position("name: orders_by_|city")
        items = await client.text_document_prepare_call_hierarchy_async(
            types.CallHierarchyPrepareParams(text.id, place)
        )
        assert await client.call_hierarchy_incoming_calls_async(types.CallHierarchyIncomingCallsParams(items[0]))
