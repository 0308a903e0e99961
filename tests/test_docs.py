"""The documentation names every option there is."""

import json
import logging.config
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from click import Context
from cryptography.exceptions import InvalidSignature

from consentkit import config as config_module
from consentkit.cli import COMMANDS, main
from consentkit.config import parse
from consentkit.config_stats import EXEMPTION_PROFILES
from consentkit.consent.ledger.receipt import public_keys, sign
from consentkit.reader import Table
from consentkit.testing import all_rules
from tests.support.asgi import ask

ROOT = Path(__file__).parents[1]
INSIDE = {
    "consent_mode_signals": "consent",
    "storage": "services",
    "goals": "stats",
    "roles": "dashboard",
    "oidc": "dashboard",
}
"""Tables that are documented in the section of the one that they stand in."""


def known_keys(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """(table, key) of every key that the configuration reader asks for, learned by reading the starter file."""
    found: set[tuple[str, str]] = set()
    done = Table.done

    def noting(self: Table, forbidden: object = None) -> None:
        where = re.sub(r"\[\d+\]", "", self.where).rpartition(".")[2]
        found.update((where, name) for name in self.known)
        done(self, forbidden)  # type: ignore[arg-type]

    monkeypatch.setattr(Table, "done", noting)
    data = tomllib.loads((ROOT / "consentkit" / "starter.toml").read_text("utf-8"))
    data["purposes"] = [{"id": "chat", "title": "Chat", "description": "Chat."}]
    data["stats"]["goals"] = [{"id": "contact", "path": "/thanks"}]
    parse(data, base=ROOT)
    return found


def test_every_key_of_the_configuration_is_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each key that the reader knows stands in docs/configuration.md, under its table."""
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    sections = {part.partition("`")[0].strip("[]"): part for part in text.split("\n## `")[1:]}
    missing = {
        (table, key)
        for table, key in known_keys(monkeypatch)
        if table and not re.search(rf"`(\[\w+\.)?{key}\]?`", sections[INSIDE.get(table, table)])
    }
    assert set() == missing
    assert {key for table, key in known_keys(monkeypatch) if not table} == set(sections)


def test_every_page_is_linked_from_the_readme() -> None:
    """Nobody has to find one by chance, and no link leads nowhere."""
    linked = set(re.findall(r"\]\((docs/[\w-]+\.md)", (ROOT / "README.md").read_text("utf-8")))
    assert {f"docs/{page.name}" for page in (ROOT / "docs").glob("*.md")} == linked


def test_every_key_stands_in_the_starter_file_with_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The file that `consentkit init` writes shows every key of these tables, the optional ones as comments."""
    text = (ROOT / "consentkit" / "starter.toml").read_text("utf-8")
    tables = {"site", "consent", "stats", "dashboard", "report", "services"}
    missing = {key for table, key in known_keys(monkeypatch) if table in tables and f"{key} =" not in text}
    assert {"description"} >= missing


def test_every_command_is_documented() -> None:
    """docs/command-line.md has every command and option."""
    text = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    names = []
    context = Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        names.append(name)
        names += [f"{name} {sub}" for sub in getattr(command, "commands", {})]
        for leaf in getattr(command, "commands", {"": command}).values():
            names += [option for parameter in leaf.params for option in parameter.opts if option.startswith("--")]
    assert [] == [name for name in names if name not in text]


def test_the_modes_of_the_documentation_are_those_of_the_code() -> None:
    """The words that the table allows for mode and link are the ones that are read."""
    text = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    words = (*config_module.MODES, *config_module.LINKS, *config_module.LAYOUTS, *EXEMPTION_PROFILES)
    assert [] == [word for word in words if f"`{word}`" not in text]


def python_blocks(name: str) -> list[str]:
    """The Python examples of a page of the documentation."""
    return re.findall(r"```python\n(.*?)```", (ROOT / name).read_text("utf-8"), re.S)


@pytest.mark.parametrize("name", ["README.md", "docs/dashboard.md"])
def test_the_examples_of_the_documentation_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example makes an app that answers with the banner, from the file that `consentkit init` writes."""
    (tmp_path / "consentkit.toml").write_text((ROOT / "consentkit" / "starter.toml").read_text("utf-8"), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONSENTKIT_SECRET", "a secret for tests only with 40 characters")
    # Litestar sets up logging for the whole process, as the documentation's reader wants and other tests do not.
    monkeypatch.setattr(logging.config, "dictConfig", lambda _: None)
    blocks = python_blocks(name)
    assert blocks
    for block in blocks:
        # Litestar looks for what annotations name in the module of a handler.
        monkeypatch.setitem(sys.modules, "example", module := ModuleType("example"))
        names = vars(module)
        exec(compile(block, name, "exec"), names)
        answer = ask(names["app"], "/consent/")
        assert 200 == answer.status
        assert "Example" in answer.text


def test_the_blocks_to_paste_are_valid() -> None:
    """All of docs/services.md, beside what `consentkit init` writes, is a declaration without an error."""
    blocks = re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "services.md").read_text("utf-8"), re.S)
    data = tomllib.loads((ROOT / "consentkit" / "starter.toml").read_text("utf-8"))
    pasted = [service for block in blocks for service in tomllib.loads(block)["services"]]
    config = parse({**data, "services": [*data["services"], *pasted]}, base=ROOT)
    assert [] == [service["id"] for service in pasted if service["id"] not in config.declaration.services]
    assert len(pasted) == len(blocks) > 4


def test_the_recipe_for_receipts_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of docs/proof.md verifies a record that was downloaded, and refuses a changed one."""
    (code,) = python_blocks("docs/proof.md")
    keys = ("a secret for tests only with 40 characters",)
    receipt = sign({"issued": "2026-11-23"}, keys)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "consentkit-receipt-key.json").write_text(json.dumps(public_keys(keys)))
    (tmp_path / "consent-record.json").write_text(json.dumps({"receipt": receipt}))
    exec(compile(code, "docs/proof.md", "exec"), {})
    (tmp_path / "consent-record.json").write_text(json.dumps({"receipt": receipt[:-9] + "AAAA" + receipt[-5:]}))
    with pytest.raises(InvalidSignature):
        exec(compile(code, "docs/proof.md", "exec"), {})


def test_the_table_of_rules_has_each_with_its_title_and_source() -> None:
    """As the tests know them, in their order, each with how it is kept."""
    rows = re.findall(
        r"^\| (C\d+) (.+?) \| (.+?) \| (.+?) \|", (ROOT / "docs" / "compliance.md").read_text("utf-8"), re.M
    )
    assert [(rule.number, rule.title, rule.source) for rule in all_rules()] == [row[:3] for row in rows]
    assert all(kept.strip() for *_, kept in rows)
