"""docs/settings.md, written from the settings: `python -m orchestration.settings.page`.

A test holds the page equal to what this returns.
"""

from collections.abc import Iterator

from orchestration.settings.alert_channels import Channels
from orchestration.settings.declared import declarations
from orchestration.settings.environment import PREFIX
from orchestration.settings.secrets import Secrets
from orchestration.settings.settings import Settings
from orchestration.settings.values import PROJECT_DIR

PAGE = "docs/settings.md"
DECLARED = (Settings, Channels, Secrets)
HEAD = """\
# Settings

All are environment variables. Blank ones are not given; one that cannot be meant is
refused by name, with what is expected. Lists have `,` between. Written from
`orchestration/settings` by `make settings`: change a setting there, not here.

| variable | meaning | default |
|---|---|---|
"""


def lines() -> Iterator[str]:
    """Yield a row of the table for every setting."""
    for kind in DECLARED:
        for said in declarations(kind):
            yield f"| `{PREFIX}{said.name}` | {said.meaning} | {said.default} |\n"


def page() -> str:
    """Return the whole page."""
    return HEAD + "".join(lines())


if __name__ == "__main__":
    (PROJECT_DIR / PAGE).write_text(page())
