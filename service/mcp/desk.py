"""What the tools work with: the pipeline off the event loop in bounded pools, and progress told to the client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from index.errors import InputError
from index.loading import load_text
from service.catalogue import DocumentChange, put_document
from service.checking.checker import Outline, finish
from service.mcp.arguments import AddArguments, CheckArguments
from service.pipeline import Pipeline
from service.pool import Busy, WorkPool
from service.verdicts import CheckResult, Verdict

_RETRY_SECONDS = 0.2

Progress = Callable[[float, float, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Desk:
    """One per server. Reading and writing have pools of their own, as over HTTP."""

    pipeline: Pipeline
    pool: WorkPool
    ingest_pool: WorkPool

    async def check(self, arguments: CheckArguments, progress: Progress) -> CheckResult:
        """Check a text or claims, one turn in the pool for each claim, so that cancelling stops before the next.

        Raises InputError for unusable arguments.
        """
        outline = await self.pool.run(_outline, self.pipeline, arguments)
        verdicts = self.pipeline.verdicts(outline, arguments.within)
        made: list[Verdict] = []
        total = len(outline.claims)
        while (verdict := await self._turn(verdicts)) is not None:
            made.append(verdict)
            await progress(len(made), total, f"{len(made)} of {total} claims checked")
        return finish(outline, made)

    async def add(self, arguments: AddArguments) -> DocumentChange:
        """Take a document in; it is searchable when this returns. Raises DocumentError, DocumentClash or TooLarge."""
        return await self.ingest_pool.run(_add, self.pipeline, arguments)

    def close(self) -> None:
        """Let running work end and drop what waits."""
        self.pool.close()
        self.ingest_pool.close()

    async def _turn(self, verdicts: Iterator[Verdict]) -> Verdict | None:
        """Return the next verdict, None at the end."""
        while True:
            try:
                return await self.pool.run(next, verdicts, None)
            except Busy:
                # The text was let in; between its claims it waits like everybody else.
                await asyncio.sleep(_RETRY_SECONDS)


def _outline(pipeline: Pipeline, arguments: CheckArguments) -> Outline:
    if (arguments.text is None) == (arguments.claims is None):
        raise InputError("Send either 'text' or 'claims'.", code="text_or_claims")
    if arguments.claims is not None:
        return pipeline.outline_claims(arguments.claims, arguments.within)
    return pipeline.outline(arguments.text or "", arguments.within)


def _add(pipeline: Pipeline, arguments: AddArguments) -> DocumentChange:
    limit = pipeline.settings.max_document_bytes
    document = load_text(
        arguments.text,
        document_id=None,
        title=arguments.title,
        source="",
        max_bytes=limit,
        metadata=arguments.metadata,
    )
    return put_document(pipeline.library, document)
