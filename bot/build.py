"""The composition root: builds every object once, and connects them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bot import language, turn
from bot.claude import catalog, lazy_client
from bot.core import access
from bot.core.command_prefix import prefixed_chat, prefixed_intake
from bot.core.knowledge.adding import Adding
from bot.core.knowledge.audience import for_audience
from bot.core.knowledge.command import KnowledgeCommands
from bot.core.knowledge.unanswered import Unanswered
from bot.core.ports import Intake
from bot.core.ports.knowledge import KnowledgeStore
from bot.core.privacy.redaction.model import redacting
from bot.core.settings.form_context import SettingsFormContext
from bot.core.spend.paid_model import paid
from bot.core.spend.retirement import renewing
from bot.core.tools.find_messages import find_tool
from bot.core.tools.remember import remember_tool
from bot.core.tools.search_knowledge import search_tool
from bot.core.tools.toolbox import Toolbox
from bot.core.triage import webhook_secret
from bot.core.triage.drafts.alone import LoneDrafts
from bot.core.triage.drafts.review import DraftReview
from bot.core.triage.drafts.write import DraftWriter
from bot.db.budgets import SqlSpendStore
from bot.db.classify_runs import SqlClassifyItemStore, SqlClassifyRunStore
from bot.db.engine import Database
from bot.db.feedback import sql_feedback_store
from bot.db.knowledge import sql_knowledge_store
from bot.db.opened import opened
from bot.db.quota import SqlQuota
from bot.db.store import sql_store
from bot.db.tool_calls import SqlToolJournal
from bot.integrations.github import GitHub
from bot.integrations.github_look import GitHubLook
from bot.integrations.public_addresses import public_session
from bot.integrations.sources import source_readers
from bot.integrations.tracker_events import TrackerEvents
from bot.integrations.webhook import Webhook
from bot.jobs import call_ledger, spend_notice
from bot.jobs.arrivals import QueuedMessages
from bot.jobs.articles import ArticleJobs
from bot.jobs.classify import ClassifyJobs
from bot.jobs.clocks import ClockJobs
from bot.jobs.commands import CommandJobs
from bot.jobs.drafts import DraftJobs
from bot.jobs.erasure import Erasure
from bot.jobs.feedback_records import FeedbackRecordJobs
from bot.jobs.home import HomeTab
from bot.jobs.interaction_intake import DurableInteractions, summarize_thread
from bot.jobs.knowledge import KnowledgeJobs
from bot.jobs.languages import Languages
from bot.jobs.message_intake import DurableMessages
from bot.jobs.permissions import Permissions
from bot.jobs.private_notes import PrivateNotes
from bot.jobs.queue_notice import QueueNotices
from bot.jobs.registry import Registry, registry
from bot.jobs.retention import Retention, failed_kept
from bot.jobs.settings import SettingsJobs
from bot.jobs.settings_cache import SettingsCache
from bot.jobs.stop import Stop
from bot.jobs.threads import Threads
from bot.jobs.trackers import TrackerJobs
from bot.jobs.triage import TriageJobs
from bot.jobs.try_again import try_again
from bot.jobs.turns import Turns, is_transient
from bot.jobs.uninstall import Uninstaller
from bot.metrics import Metrics
from bot.reader.pool import ReaderPool
from bot.settings import reveal
from bot.slack.chat import slack_chat
from bot.slack.client.api import http_session
from bot.slack.client.lease_check import fenced
from bot.slack.client.rate_limit import Budget
from bot.work import ACCEPT_WITHIN, STARTUP_DELAY, Cell, Inbox, InboxLimits
from bot.workspaces import SlackAccess, join

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager, AsyncExitStack

    from bot.calls import Call
    from bot.claude.model_facts import Clock
    from bot.core.ports import Model
    from bot.settings import Settings
    from bot.work import OpenCell

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bot:
    """The parts of a bot process that other code needs."""

    database: Database
    metrics: Metrics
    joined: SlackAccess
    inbox: Inbox
    files: ReaderPool
    registry: Registry
    knowledge: KnowledgeStore
    intake: Intake
    notices: QueueNotices
    uninstaller: Uninstaller
    events: TrackerEvents


async def build(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    quarantine: OpenCell | None = None,
    cell: Cell = Cell.OPEN,
    owner: str = "",
    clock: Clock = catalog.today,
    accept_within: float = ACCEPT_WITHIN,
) -> Bot:
    """Build every object and connect them; nothing runs yet. Raises as `running`."""
    language.load()
    # The outside: the database, Slack, Claude; and the inbox between them.
    database = await stack.enter_async_context(opened(settings.database_url))
    metrics = Metrics()
    traces = [fenced(metrics.trace(settings.slack_api_url))]
    session = await stack.enter_async_context(http_session(traces))

    claude = await stack.enter_async_context(connect_model(settings, metrics, clock))
    budget = Budget(SqlQuota(database), factor=settings.slack_rate_factor, on_short=metrics.short)
    joined = join(settings, database, session, budget)
    files = await stack.enter_async_context(ReaderPool(metrics.reader_ended))
    prefix = settings.parley_command_prefix
    chat = prefixed_chat(slack_chat(joined.teams, session, budget, files), prefix)
    languages = Languages(chat.directory, settings.parley_locale)
    inbox = Inbox(
        database.writer,
        InboxLimits(
            running=settings.max_running_turns,
            lease=settings.takeover_after,
            accept=accept_within,
            attempts=settings.turn_attempts,
            patience=settings.turn_patience,
            failed_kept=failed_kept(settings.retention_days),
            startup_delay=STARTUP_DELAY,
        ),
        is_transient=is_transient,
        watch=metrics,
        prepare=languages.of_job,
        admit=joined.admit,
        recorder=call_ledger.write,
        quarantine=quarantine,
        cell=cell,
        owner=owner,
    )

    # What is kept; the model within its budgets.
    store, feedback, runs = sql_store(database), sql_feedback_store(database), SqlClassifyRunStore(database)
    items, erasure = SqlClassifyItemStore(database), Erasure(database)
    knowledge = for_audience(sql_knowledge_store(database), chat.directory)
    admins, days = settings.parley_admins, settings.retention_days
    affordable = paid(
        redacting(claude),
        SqlSpendStore(database),
        notify=partial(spend_notice.tell_person, chat),
        helpers=partial(access.helpers, admins, chat.names.mention),
    )
    model = renewing(affordable, store.settings, notify=partial(spend_notice.tell_thread, chat))

    # What people can ask for, and what runs it.
    permissions = Permissions(store=store, chat=chat, admins=admins)
    threads = Threads(inbox, store=store, model=model, chat=chat)
    cache = SettingsCache(store.settings)
    classify = ClassifyJobs(inbox, runs=runs, items=items, store=store, model=model, chat=chat, languages=languages)
    triage = TriageJobs(
        inbox,
        feedback=feedback,
        classified=items,
        store=store,
        model=model,
        chat=chat,
        settings_of=cache.of,
        languages=languages,
    )
    drafts = DraftJobs(
        inbox,
        feedback=feedback,
        alone=LoneDrafts(feedback, knowledge.pages, store, chat),
        store=store,
        model=model,
        chat=chat,
        languages=languages,
        writer=DraftWriter(feedback, knowledge, model, chat),
        review=DraftReview(feedback, knowledge.pages, store, chat),
    )
    home = HomeTab(
        inbox, store=store, feedback=feedback, model=model, chat=chat, permissions=permissions, admins=admins
    )
    notices = QueueNotices(inbox, store=store, chat=chat, languages=languages)
    stop, notes = Stop(inbox, classify=classify, chat=chat), PrivateNotes(inbox, chat)
    readers = await stack.enter_async_context(
        source_readers(
            files,
            chat=chat,
            feedback=feedback,
            # The operator's own hosts and files are not for strangers' admins.
            hosts=frozenset() if settings.serves_many else settings.knowledge_hosts,
            folder=None if settings.serves_many or not settings.knowledge_folder else Path(settings.knowledge_folder),
            traces=traces,
        )
    )
    learning = KnowledgeJobs(inbox, knowledge, readers, chat)
    articles = ArticleJobs(inbox, knowledge, store, model, chat, admins)
    unanswered, adding = Unanswered(knowledge.gaps, feedback, chat), Adding(knowledge.sources, learning.readers, chat)
    toolbox = Toolbox(
        (find_tool(store, chat), remember_tool(store.notes, chat), search_tool(knowledge)),
        SqlToolJournal(database),
        QueuedMessages(database.reader, store),
        chat.directory,
        unanswered,
    )
    changes = SettingsJobs(
        inbox,
        SettingsFormContext(store, model, chat, admins, days),
        cache=cache,
        home=home,
        notes=notes,
        changed=triage.configured,
        retry=triage.retry_teams,
    )
    sign = webhook_secret.secrets_of(reveal(settings.triage_webhook_secret), each=settings.serves_many)
    table = registry(
        store=store,
        model=model,
        chat=chat,
        admins=admins,
        eraser=erasure,
        secret_of=sign if settings.serves_many else None,
        classify=classify,
        triage=triage,
        drafts=drafts,
        articles=articles,
        records=FeedbackRecordJobs(inbox, feedback=feedback, store=store, chat=chat, admins=admins),
        settings=changes,
        home=home,
        notes=notes,
        stop=stop.on_action,
        summarize_thread=partial(summarize_thread, inbox=inbox, notices=notices, chat=chat),
        try_again=partial(try_again, inbox=inbox, chat=chat),
        toolbox=toolbox,
        knowledge=KnowledgeCommands(knowledge, adding, unanswered, learning.start, store, model, chat, admins),
    )

    # Where it comes in, what goes out beside Slack, and which jobs the inbox runs.
    turns = Turns(
        table,
        store=store,
        model=model,
        chat=chat,
        permissions=permissions,
        threads=threads,
        commands=CommandJobs(inbox, table, store=store, chat=chat, permissions=permissions, classify=classify),
        toolbox=toolbox,
    )
    intake = prefixed_intake(
        Intake(
            DurableMessages(
                inbox,
                settings_of=cache.of,
                threads=threads,
                classify=classify,
                triage=triage,
                stop=stop,
                notices=notices,
            ),
            DurableInteractions(
                inbox, registry=table, permissions=permissions, home=home, notices=notices, languages=languages
            ),
        ),
        prefix,
    )
    uninstaller = Uninstaller(
        inbox, erasure=erasure, installations=joined.installations, ask=joined.ask, forget=joined.forget
    )
    # Addresses that admins set: those of one workspace may know the network from inside.
    outward = await stack.enter_async_context(public_session(traces)) if settings.serves_many else session
    webhook = Webhook(outward, secret_of=sign, feedback=feedback, store=store)
    # One token would let each workspace's admins write into the repositories of all.
    token = "" if settings.serves_many else reveal(settings.triage_github_token)
    github = GitHub(inbox, session, url=settings.triage_github_url, token=token, feedback=feedback, store=store)

    # What comes back from trackers.
    trackers = TrackerJobs(inbox, feedback=feedback, store=store, chat=chat, languages=languages)
    events = TrackerEvents(
        inbox,
        feedback,
        github_secret="" if settings.serves_many else reveal(settings.triage_github_webhook_secret),
        github_url=settings.triage_github_url,
        secret_of=sign,
        count=metrics.tracker_event,
    )

    look = GitHubLook(
        inbox,
        github,
        feedback,
        url=settings.triage_github_url,
        is_on=bool(token and settings.triage_github_webhook_secret),
    )
    clocks = ClockJobs(inbox, feedback=feedback, settings=store.settings, chat=chat)
    others = (clocks, trackers, webhook, github, home, notes, learning, articles, look)
    for jobs in (turns, threads, classify, triage, drafts, *others, uninstaller, Retention(database, days)):
        jobs.register(inbox)
    return Bot(database, metrics, joined, inbox, files, table, knowledge, intake, notices, uninstaller, events)


def connect_model(settings: Settings, metrics: Metrics, clock: Clock) -> AbstractAsyncContextManager[Model]:
    """Prepare Claude, and count each of its calls and keep it for its turn's ledger rows."""

    def on_call(call: Call) -> None:
        turn.note(call)
        metrics.called(call)

    return lazy_client.connect(
        api_key=reveal(settings.anthropic_api_key),
        model=settings.claude_model,
        base_url=settings.anthropic_base_url,
        on_call=on_call,
        clock=clock,
    )
