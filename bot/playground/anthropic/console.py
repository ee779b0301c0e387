"""What an organization's admin has set in the Console."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Console:
    """The settings, which a test may change while the server runs.

    `web_search`: whether the organization has web search. `domains`: the only ones that its searches may name, if any
    are listed. `without_web`: ids of models that have no web tools here, as on another platform.
    """

    web_search: bool = True
    domains: tuple[str, ...] = ()
    without_web: frozenset[str] = frozenset()

    def allows(self, domain: str) -> bool:
        """Return whether a domain is on the organization's list, or below one that is."""
        host = domain.partition("/")[0]
        return not self.domains or any(host == one or host.endswith(f".{one}") for one in self.domains)
