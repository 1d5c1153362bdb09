"""The pytest plugin: options, collection, the ``jaxsmith`` fixture, hooks and the account.

pytest imports this module at every start, so neither it nor what it imports may import JAX or
NumPy; what runs in an item does, when the first one runs.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from jaxsmith.errors import InvalidRequestError
from jaxsmith.pytest_plugin import caching, hookspecs, markers
from jaxsmith.pytest_plugin.account import Account
from jaxsmith.pytest_plugin.collection import Collection
from jaxsmith.pytest_plugin.fixture import Jaxsmith, jaxsmith
from jaxsmith.pytest_plugin.options import Options, add_options
from jaxsmith.pytest_plugin.progress import Progress
from jaxsmith.pytest_plugin.reports import Reports
from jaxsmith.pytest_plugin.roles import role_of
from jaxsmith.pytest_plugin.verifying.collection import Records
from jaxsmith.pytest_plugin.verifying.safety import refuse_from_elsewhere, refuse_programs
from jaxsmith.pytest_plugin.verifying.summary import VerifiedReports, VerifiedSummary
from jaxsmith.pytest_plugin.xdist_options import CorpusDefaults
from jaxsmith.stages.environment import prepare

if TYPE_CHECKING:
    from jaxsmith.pytest_plugin.hookspecs import Record
    from jaxsmith.record import Evidence

__all__ = ["Jaxsmith", "jaxsmith", "register_corpus"]

register_corpus = markers.register_corpus


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the options."""
    add_options(parser)
    pluginmanager.register(CorpusDefaults(), "jaxsmith-xdist-options")


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hooks."""
    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Refuse a corpus that holds programs, before pytest runs them."""
    refuse_programs(early_config)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the parts of the plugin that belong to this process, after pytest's own."""
    refuse_from_elsewhere(config)
    try:
        options = Options.of(config)
    except InvalidRequestError as error:
        raise pytest.UsageError(str(error)) from None
    if options.emit is not None:
        prepare(os.environ)  # workers inherit it
    if options.cache is not None:
        caching.use(options.cache, os.environ)
    markers.register(config)
    role = role_of(config, options)
    config.pluginmanager.register(role, "jaxsmith-role")
    config.pluginmanager.register(Collection(config), "jaxsmith-collection")
    config.pluginmanager.register(Reports(), "jaxsmith-reports")
    if options.cache is not None:
        config.pluginmanager.register(caching.CacheReports(), "jaxsmith-cache-reports")
    config.pluginmanager.register(Records(config), "jaxsmith-records")
    config.pluginmanager.register(VerifiedReports(), "jaxsmith-verified-reports")
    account = getattr(role, "account", None)
    if isinstance(account, Account):
        config.pluginmanager.register(account, "jaxsmith-account")
        config.pluginmanager.register(VerifiedSummary(config), "jaxsmith-verified-summary")
        if options.cache is not None:
            summary = caching.CacheSummary(options.cache, config.getoption("corpus_cache"))
            config.pluginmanager.register(summary, "jaxsmith-cache-summary")
        _register_progress(config, account)


def _register_progress(config: pytest.Config, account: Account) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.verbosity <= 0:
        config.pluginmanager.register(Progress(reporter, account.ledger), "jaxsmith-progress")


@pytest.hookimpl(trylast=True)
def pytest_jaxsmith_build_record(evidence: Evidence) -> Record:
    """Make the record with every field."""
    from jaxsmith.record import build

    return build(evidence)
