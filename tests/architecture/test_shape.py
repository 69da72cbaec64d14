"""House rules on the shape of the code. A message names the place and the remedy."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "brandbrain_dagster"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
TEST_MODULES = sorted((ROOT / "tests").rglob("*.py"))

LONGEST_FILE, LONGEST_FUNCTION, LONGEST_ASSET = 300, 50, 25

BANNED_WORDS = frozenset(
    [
        "utils",
        "util",
        "helpers",
        "helper",
        "common",
        "misc",
        "shared",
        "base",
        "core",
        "lib",
        "manager",
        "handler",
        "processor",
        "service",
        "wrapper",
        "factory",
        "impl",
        "mixin",
        "tmp",
        "new",
        "old",
        "legacy",
        "v2",
        "perform",
    ]
)
BANNED_NAMES = frozenset({"data", "info", "item", "items", "obj", "result"})
BANNED_MODULES = frozenset(
    [
        "platform",
        "queue",
        "statistics",
        "types",
        "logging",
        "secrets",
        "token",
        "calendar",
        "html",
        "select",
        "inspect",
        "code",
        "io",
    ]
)
ALLOWED_NAMES = {
    "clients/apify/items.py:items": "Apify's word for the rows of a dataset, and the endpoint's name",
    "apify_replay/app.py:items": "as above: the route that plays that endpoint",
    "apify_replay/runs.py:items": "as above",
    "clients/apify/client.py:_checked_base_url": "a base URL is a term",
    "api/direct_route.py:get_route_handler": "FastAPI's own method, overridden",
    "cli/command.py:new_id": "makes an id that did not exist before",
    "resources/clock.py:new_id": "makes an id that did not exist before",
    "stores/ledger/postgres_programs.py:_new_socket_dir": "makes a folder that did not exist before",
}

IMPURE = re.compile(
    r"\b(?:datetime\.(?:utc)?now\(|date\.today\(|uuid[14]\b|time\.time\(|random\.\w+\(|os\.(?:environ|getenv)\b)"
)
IMPURE_ALLOWED = {
    "settings.py": "the only reader of the environment",
    "cli/command.py": "the edge at which commands take time and ids in",
    "assets/brand_events.py": "tells Dagster by its own variable how many events it may store at once",
    "cli/process_tree.py": "hands its environment on to the processes it starts",
    "resources/clock.py": "the edge at which Dagster runs take time, ids and chance in",
    "stores/ledger/postgres_programs.py": "hands its environment on to PostgreSQL's programs, without PG*",
    "apify_replay/app.py": "stands for Apify's own clock, which callers may replace",
    "apify_replay/runs.py": "a restarted replay must not reuse run ids",
}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions_of(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """The lines of a function's statements, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_asset(function: Function) -> bool:
    """The function that makes one brand's part of an asset, or that Dagster calls for all of them."""
    is_decorated = any(
        re.match(r"dg\.(multi_|graph_)?asset\b", ast.unparse(decorator)) for decorator in function.decorator_list
    )
    return is_decorated or function.name.startswith("materialize_")


def words_of(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name, in lower case."""
    return {word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|v\d+", name)}


def public_definitions(path: Path) -> Iterator[tuple[str, Definition]]:
    """Public classes and functions at the top of a module, and the public methods of public classes."""
    for node in parsed(path).body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, Function) and not member.name.startswith("_"):
                    yield f"{node.name}.{member.name}", member


@module
def test_a_file_is_short(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{path}: {lines} lines, over {LONGEST_FILE}; it holds two subjects: make two files"


@module
def test_a_function_is_short(path: Path) -> None:
    for function in functions_of(parsed(path)):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= LONGEST_FUNCTION, (
            f"{path}:{function.lineno}: {function.name} has {lines} lines, over {LONGEST_FUNCTION}; "
            "give its parts names of their own"
        )


@pytest.mark.parametrize("path", sorted((PACKAGE / "assets").glob("*.py")), ids=lambda path: path.name)
def test_an_asset_reads_like_a_paragraph(path: Path) -> None:
    for function in functions_of(parsed(path)):
        if is_asset(function):
            lines = body_lines(function)
            assert lines <= LONGEST_ASSET, (
                f"{path}:{function.lineno}: the body of {function.name} has {lines} lines, over {LONGEST_ASSET}; "
                "move a step into a use case or a function beside it"
            )


def test_there_are_assets_to_look_at() -> None:
    trees = [parsed(path) for path in (PACKAGE / "assets").glob("*.py")]
    assert sum(is_asset(function) for tree in trees for function in functions_of(tree)) >= 5


def test_init_files_are_empty() -> None:
    filled = [str(path) for path in PACKAGE.rglob("__init__.py") if path.read_text(encoding="utf-8").strip()]
    assert filled == [], f"move what is in {filled} into modules with names"


@module
def test_a_name_says_what_it_names(path: Path) -> None:
    place = path.relative_to(PACKAGE).as_posix()
    assert path.stem not in BANNED_MODULES, f"{path}: the name shadows a module of Python; take another noun"
    names = {path.stem, *(node.name for node in ast.walk(parsed(path)) if isinstance(node, Definition))}
    for name in sorted(name for name in names if f"{place}:{name}" not in ALLOWED_NAMES):
        banned = words_of(name) & BANNED_WORDS
        assert not banned, f"{path}: '{name}' holds {sorted(banned)}, which says nothing; name what it holds or does"
        assert name not in BANNED_NAMES, f"{path}: '{name}' could be anything; name what it is"


def test_every_allowed_name_is_still_there() -> None:
    for place_and_name in ALLOWED_NAMES:
        place, _, name = place_and_name.partition(":")
        tree = parsed(PACKAGE / place)
        names = {Path(place).stem, *(node.name for node in ast.walk(tree) if isinstance(node, Definition))}
        assert name in names, f"remove {place_and_name} from ALLOWED_NAMES: it is gone"


@module
def test_what_is_public_has_a_docstring(path: Path) -> None:
    assert ast.get_docstring(parsed(path)), f"{path}: say in a module docstring what is here"
    is_commands = path.is_relative_to(PACKAGE / "cli")
    for name, node in public_definitions(path):
        is_override = "." in name and is_commands  # click's own methods
        assert is_override or ast.get_docstring(node), f"{path}:{node.lineno}: give {name} a docstring"


@module
def test_time_chance_and_environment_come_in_at_the_edges(path: Path) -> None:
    found = IMPURE.findall(path.read_text(encoding="utf-8"))
    if path.relative_to(PACKAGE).as_posix() in IMPURE_ALLOWED:
        assert found, f"{path} needs its exception no more; remove it from IMPURE_ALLOWED"
    else:
        assert not found, f"{path}: {found}; take it as an argument (clock, ids) or from Settings"


@pytest.mark.parametrize("path", TEST_MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_test_mocks(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        origin = node.module or "" if isinstance(node, ast.ImportFrom) else ""
        imported = {origin, *names, *(f"{origin}.{name}" for name in names)}
        assert not imported & {"unittest.mock", "mock", "pytest_mock"}, f"{path}: use or write a fake in tests/fakes"


def test_the_checks_notice_what_they_are_for() -> None:
    assert words_of("StringUtils") & BANNED_WORDS == {"utils"}
    assert words_of("run_helper_v2") & BANNED_WORDS == {"helper", "v2"}
    assert IMPURE.search("x = datetime.now(UTC)")
    assert IMPURE.search("uuid.uuid4()")
    assert IMPURE.search("os.environ.get")
    assert not IMPURE.search("now: Callable[[], datetime]")
