"""Provider guides: our own Markdown, as HTML that no raw tag can enter."""

from typing import Any

from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.utils import EnvType, OptionsDict

from integrations.contract import Text


class _Renderer(RendererHTML):
    """Tables scroll sideways on a small screen, and links to elsewhere tell nobody where they come from."""

    def table_open(self, tokens: Any, index: int, options: OptionsDict, env: EnvType) -> str:
        return '<div class="table-responsive" tabindex="0"><table class="table guide-table">\n'

    def table_close(self, tokens: Any, index: int, options: OptionsDict, env: EnvType) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Any, index: int, options: OptionsDict, env: EnvType) -> str:
        return '<th scope="col">'

    def link_open(self, tokens: Any, index: int, options: OptionsDict, env: EnvType) -> str:
        tokens[index].attrSet("rel", "noreferrer")
        return self.renderToken(tokens, index, options, env)


_MARKDOWN = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")


def guide_html(text: Text) -> SafeString:
    """The guide as HTML. Its headings start at level two: the page's title is the only one above."""
    html: str = _MARKDOWN.render(str(text))
    return mark_safe(html)  # noqa: S308  raw HTML is off, so that only the renderer writes tags
