"""The lines of the package that matter, shown where the lesson talks about them."""

import ast
import inspect
import textwrap
from html import escape
from pathlib import Path

from IPython.display import display
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from pygments.style import Style
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from rsa_edu.lessons.page import Shown

_PACKAGE = Path(__file__).resolve().parents[1]

Lines = list[tuple[int, str]]  # (line number in the file, text)


def show_source(obj: object, lines: object = None, *, docstring: bool = False) -> None:
    """Show the source of a class, a function or a method, with its file and line numbers.

    lines: None for all of it; "forward" for that method; ("first", "last") from the first line
        that contains one text to the next line that contains the other.
    docstring: keep docstrings; left out by default, since the prose around says what they say.

    Raises TypeError where `obj` has no Python source, ValueError where `lines` names nothing.
    """
    display(source(obj, lines, docstring=docstring))


def source(obj: object, lines: object = None, *, docstring: bool = False) -> Shown:
    """What `show_source` shows."""
    if isinstance(lines, str):
        obj, lines = _method(obj, lines), None
    file, found = _read(obj)
    if not docstring:
        found = _without_docstrings(found)
    if lines is not None:
        found = _between(found, lines)
    where = f"{_caption(file)}, lines {found[0][0]}–{found[-1][0]}"
    width = len(str(found[-1][0]))
    text = "\n".join(f"{number:>{width}}  {line}".rstrip() for number, line in found)
    return Shown(f"{where}\n{text}", code_html(found, where))


def code_html(lines: Lines, caption: str) -> str:
    """Numbered, highlighted Python under a caption, in the colours of the page's theme."""
    width = len(str(lines[-1][0]))
    coloured = highlight(
        "\n".join(text for _, text in lines),
        PythonLexer(stripnl=False),
        HtmlFormatter(style=_Theme, noclasses=True, nowrap=True),
    ).split("\n")
    body = "\n".join(
        '<span style="color:var(--jp-ui-font-color2,currentcolor);user-select:none" '
        f'aria-hidden="true">{number:>{width}}  </span>{line}'
        for (number, _), line in zip(lines, coloured, strict=False)
    )
    return (
        '<figure style="margin:.4em 0;max-width:60em">'
        '<figcaption style="font-size:var(--jp-ui-font-size1,13px);'
        'color:var(--jp-ui-font-color2,currentcolor);padding:.2em 0">'
        f"{escape(caption)}</figcaption>"
        f'<pre tabindex="0" aria-label="source code" style="margin:0;padding:.6em .8em;'
        "overflow-x:auto;border:1px solid var(--jp-border-color2,currentcolor);"
        "background:var(--jp-cell-editor-background,transparent);"
        "color:var(--jp-content-font-color1,currentcolor);"
        f'font-size:var(--jp-code-font-size,13px);line-height:1.45">{body}</pre></figure>'
    )


def _colour(role: str) -> str:
    return f"var(--jp-mirror-editor-{role}-color,currentcolor)"


class _Theme(Style):
    """JupyterLab's own editor colours, so that shown source looks like a code cell."""

    styles = {  # noqa: RUF012 (Pygments reads a plain class attribute)
        Keyword: f"bold {_colour('keyword')}",
        Operator: _colour("operator"),
        Operator.Word: f"bold {_colour('keyword')}",
        Comment: f"italic {_colour('comment')}",
        String: _colour("string"),
        Number: _colour("number"),
        Name.Builtin: _colour("builtin"),
        Name.Function: _colour("def"),
        Name.Class: _colour("def"),
        Name.Decorator: _colour("meta"),
    }


def _method(obj: object, name: str) -> object:
    owner = obj if inspect.isclass(obj) or inspect.ismodule(obj) else type(obj)
    found = getattr(owner, name, None)
    if found is None:
        raise ValueError(f"{owner.__name__} has no method called “{name}”.")
    return found.fget if isinstance(found, property) else found


def _read(obj: object) -> tuple[str, Lines]:
    if not (inspect.isroutine(obj) or inspect.isclass(obj) or inspect.ismodule(obj)):
        obj = type(obj)
    obj = inspect.unwrap(obj)
    try:
        texts, first = inspect.getsourcelines(obj)
        file = inspect.getsourcefile(obj)
    except (OSError, TypeError) as error:
        raise TypeError(f"There is no Python source to show for {obj!r}.") from error
    dedented = textwrap.dedent("".join(texts)).rstrip().split("\n")
    return file, list(enumerate(dedented, start=max(first, 1)))


def _without_docstrings(lines: Lines) -> Lines:
    first = lines[0][0]
    dropped: set[int] = set()
    for node in ast.walk(ast.parse("\n".join(text for _, text in lines))):
        holder = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Module
        # A body of nothing but a docstring is kept: without it the shown code would be no code.
        if isinstance(node, holder) and ast.get_docstring(node) and len(node.body) > 1:
            end = node.body[0].end_lineno
            dropped.update(range(node.body[0].lineno, end + 1))
            if end < len(lines) and not lines[end][1].strip():
                dropped.add(end + 1)
    return [(number, text) for number, text in lines if number - first + 1 not in dropped]


def _between(lines: Lines, ends: object) -> Lines:
    if not (isinstance(ends, tuple) and len(ends) == 2 and all(isinstance(e, str) for e in ends)):
        raise ValueError(
            f"lines is a method's name or a pair of texts (first, last); it was {ends!r}."
        )
    first = _find(lines, ends[0], 0)
    last = _find(lines, ends[1], first)
    margin = min(
        len(text) - len(text.lstrip()) for _, text in lines[first : last + 1] if text.strip()
    )
    return [(number, text[margin:]) for number, text in lines[first : last + 1]]


def _find(lines: Lines, text: str, start: int) -> int:
    for index in range(start, len(lines)):
        if text in lines[index][1]:
            return index
    raise ValueError(f"No line of the shown source contains “{text}”.")


def _caption(file: str) -> str:
    path = Path(file).resolve()
    if path.is_relative_to(_PACKAGE):
        return path.relative_to(_PACKAGE.parent).as_posix()
    return "this notebook" if "ipykernel" in file else path.name
