"""All that a request's handler needs, built once for each process of the service."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from api.asker import Asker, Place
from api.clock import Clock, now
from api.ending import Ending
from api.jobs.evaluation_files import EvaluationFiles
from api.jobs.kinds import handlers_by_kind, handlers_of_evaluations
from api.jobs.runner import Runner
from api.jobs.spool import Spool
from api.knowledge import KnowledgeInForce
from api.library import Library
from api.metrics import Metrics
from api.state.accounts import Accounts
from api.state.audit import Audit
from api.state.channels import Channels
from api.state.collections import Collections
from api.state.conversations import Conversations
from api.state.database import FILE, StateDatabase
from api.state.evaluations import Evaluations
from api.state.faq import FaqEntries
from api.state.feedback import FeedbackRecords
from api.state.home import doing_jobs
from api.state.jobs import Jobs
from api.state.keys import Keys
from api.state.knowledge import KnowledgeBase
from api.state.leases import Leases
from api.state.questions import Questions
from api.state.rates import Rates
from api.state.sessions import Sessions
from api.state.visits import Visits
from api.state.vocabulary import Vocabulary
from api.sweep import Sweeper
from eval.data.isolated import IsolatedDatasets
from index.isolate import IsolatedParser
from index.isolation.process import ParseLimits
from rag.build import parse_limits
from rag.service import QAService
from rag.settings import Settings

_PASSWORDS, _PASSWORDS_WAITING = 2, 32
"""Checked at the same time, at 64 MiB each, and how many may wait: signing in mustn't take the memory, or the threads
that other requests need."""

_COMPARISONS, _COMPARISONS_WAITING = 1, 8
"""Of two evaluations: some seconds of arithmetic each, beside which questions must be answered."""

THREADS = 8
"""Questions worked on at the same time in one process: more than the cores, as each waits for the disk too."""

_DRAWING = ParseLimits(seconds=20.0, cpu_seconds=20, memory_bytes=2 * 2**30, frame_bytes=2**28)
"""What drawing one page may take: one takes about 0.1 s."""
_DRAWINGS_WAITING = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One process's service, database and queues; :meth:`close` releases them all.

    Args:
        passwords: the queue for whatever hashes one.
        runner: does jobs from when the server starts it; ``evaluator``: those that are evaluations.
        datasets: reads files of questions; ``comparisons``: the queue for what compares two evaluations.
        drawer: draws pages of documents; ``drawings``: the queue for it.
        ending: long work looks at ``ending.begun`` where it can stop, and does.
        on_close: called at the end, the last first.
    """

    settings: Settings
    service: QAService
    database: StateDatabase
    asker: Asker
    accounts: Accounts
    sessions: Sessions
    keys: Keys
    channels: Channels
    visits: Visits
    rates: Rates
    passwords: Asker
    audit: Audit
    conversations: Conversations
    questions: Questions
    feedback: FeedbackRecords
    faq: FaqEntries
    vocabulary: Vocabulary
    knowledge: KnowledgeInForce
    collections: Collections
    library: Library
    spool: Spool
    jobs: Jobs
    runner: Runner
    evaluations: Evaluations
    evaluation_files: EvaluationFiles
    evaluator: Runner
    datasets: IsolatedDatasets
    comparisons: Asker
    drawer: IsolatedParser
    drawings: Asker
    clock: Clock = now
    ending: Ending = field(default_factory=Ending)
    metrics: Metrics = field(default_factory=Metrics)
    on_close: list[Callable[[], None]] = field(default_factory=list)

    def place(self) -> Place:
        """A place in the queue of questions; one that is refused is counted.

        Raises:
            Overloaded: see :meth:`api.asker.Asker.place`.
        """
        with self.metrics.failing():
            return self.asker.place()

    def close(self) -> None:
        """Ends everything; calling it twice is fine."""
        self.asker.close()
        self.passwords.close()
        self.comparisons.close()
        self.drawings.close()
        while self.on_close:
            self.on_close.pop()()


def open_context(settings: Settings, service: QAService, *, clock: Clock = now) -> Context:
    """The context over an open service, which it closes at its end.

    Raises:
        NewerStore, StoreError: ``service.db`` can't be used.
    """
    database = StateDatabase(settings.home / FILE)
    metrics = Metrics()
    questions = Questions(database)
    on_close: list[Callable[[], None]] = [database.close, service.close]
    sessions, visits = Sessions(database, clock=clock), Visits(database, clock=clock)
    rates, audit = Rates(database, clock=clock), Audit(database, days=settings.audit_days, clock=clock)
    sweeps: list[Callable[[], object]] = [sessions.sweep, visits.sweep, rates.sweep, audit.sweep]
    if settings.keep_questions_days > 0:
        kept = timedelta(days=settings.keep_questions_days)
        sweeps.append(lambda: questions.forget(clock() - kept))
    collections, jobs = Collections(database, clock=clock), Jobs(database, clock=clock)
    spool, ending = Spool(settings.home), Ending()
    sweeps += [lambda: spool.sweep(jobs.under_way), jobs.sweep]
    evaluations, evaluation_files = Evaluations(database, clock=clock), EvaluationFiles(settings.home)
    sweeps.append(lambda: evaluation_files.sweep(evaluations.ids))
    on_close.append(Sweeper(sweeps).close)
    leases, at_work = Leases(database, clock=clock), ExitStack()
    at_work.enter_context(doing_jobs(settings.home, first=leases.free_all))
    on_close.append(at_work.close)
    parser = IsolatedParser(parse_limits(settings))
    runner = Runner(
        leases,
        handlers_by_kind(service, jobs=jobs, collections=collections, spool=spool, load=parser.load),
        on_end=spool.discard,
        stopping=lambda: ending.begun,
    )
    on_close += [parser.close, runner.close]
    asker = Asker(
        threads=THREADS, waiting=settings.max_waiting, seconds=settings.ask_seconds, watch=metrics.inside
    )
    knowledge = KnowledgeInForce(KnowledgeBase(database), service)
    datasets = IsolatedDatasets(parse_limits(settings))
    evaluator = Runner(
        Leases(database, clock=clock),
        handlers_of_evaluations(
            service,
            evaluations=evaluations,
            files=evaluation_files,
            refresh=knowledge.refresh,
            busy=lambda: asker.inside > 0,
        ),
        stopping=lambda: ending.begun,
    )
    drawer = IsolatedParser(_DRAWING)
    on_close += [datasets.close, evaluator.close, drawer.close]
    return Context(
        settings=settings,
        service=service,
        database=database,
        asker=asker,
        accounts=Accounts(database, clock=clock),
        sessions=sessions,
        keys=Keys(database, clock=clock),
        channels=Channels(database, clock=clock),
        visits=visits,
        rates=rates,
        passwords=Asker(threads=_PASSWORDS, waiting=_PASSWORDS_WAITING, seconds=settings.ask_seconds),
        audit=audit,
        conversations=Conversations(database, clock=clock),
        questions=questions,
        feedback=FeedbackRecords(database, clock=clock),
        faq=FaqEntries(database, clock=clock),
        vocabulary=Vocabulary(database, clock=clock),
        knowledge=knowledge,
        collections=collections,
        library=Library(collections, service.store),
        spool=spool,
        jobs=jobs,
        runner=runner,
        evaluations=evaluations,
        evaluation_files=evaluation_files,
        evaluator=evaluator,
        datasets=datasets,
        comparisons=Asker(threads=_COMPARISONS, waiting=_COMPARISONS_WAITING, seconds=settings.parse_seconds),
        drawer=drawer,
        drawings=Asker(threads=1, waiting=_DRAWINGS_WAITING, seconds=2 * _DRAWING.seconds),
        ending=ending,
        clock=clock,
        metrics=metrics,
        on_close=on_close,
    )
