"""The sections of the benchmarks: what each is called, which command measures it, and which data it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Section:
    """One benchmark: `needs` is its data (None: the seeds alone), `limit` its option for fewer rows, if it has one."""

    name: str
    title: str
    module: tuple[str, ...]
    needs: Path | None
    limit: str | None

    @property
    def at_hand(self) -> bool:
        """Whether its data is there."""
        return self.needs is None or self.needs.exists()

    def command(self, limit: int | None) -> list[str]:
        """Return the module to run with its arguments, over at most `limit` rows where it can."""
        fewer = [self.limit, str(limit)] if self.limit is not None and limit is not None else []
        return [*self.module, *fewer]


def sections(shared: Path, cache: Path) -> list[Section]:
    """Return all sections in the order they run; vectors are kept in `cache`."""
    bench, pairs = shared / "bench", shared / "bench" / "verify"
    squad, scifact = bench / "reader" / "squad_v2_dev.jsonl.gz", bench / "beir" / "scifact"
    train, keep = shared / "train" / "reader.jsonl.gz", ("--cache", str(cache))
    on_squad = ("benchmarks.retrieval", "--squad", str(squad), *keep)
    on_scifact = ("benchmarks.retrieval", "--beir", str(scifact), *keep, "--rerank", "300")
    lexical = ("benchmarks.lexical", "--squad", str(train))
    evidence = ("benchmarks.evidence", "--shared", str(shared))
    verifier = ("benchmarks.evidence_entailment", "--shared", str(shared))
    scifact_claims = ("benchmarks.claims", "--scifact", str(scifact), *keep)
    followups = (
        *("benchmarks.followups", "--rewrite", str(shared / "train" / "rewrite.jsonl.gz")),
        *("--cast", str(bench / "rewrite" / "cast2019.jsonl.gz")),
        *("--doc2dial", str(bench / "reader" / "doc2dial_val.jsonl.gz")),
    )
    grounding = ("benchmarks.grounding", "--shared", str(shared))
    depth = ("benchmarks.reading_depth", "--questions", str(squad))
    # Made by benchmarks.scale_corpus, which takes up to hours: the sections that need it are left out without it.
    scale, corpus = cache / "scale", ("--corpus", str(cache / "scale"))
    return [
        Section("serving", "The service over the seeds", ("benchmarks.serving",), None, None),
        Section("questions", "The gold questions over the seeds", ("benchmarks.gold", "questions"), None, None),
        Section("claims", "The gold claims over the seeds", ("benchmarks.gold", "claims"), None, None),
        Section(
            "conversations", "The gold conversations over the seeds", ("benchmarks.gold", "conversations"), None, None
        ),
        Section("lookups", "The gold quotations over the seeds", ("benchmarks.gold", "lookups"), None, None),
        Section("checking", "How long checking takes", ("benchmarks.checking",), None, None),
        Section("chatting", "Twenty people chatting at once", ("benchmarks.chatting",), None, None),
        Section("lexical", "Lexical leg against rank_bm25", lexical, train, "--queries"),
        Section("retrieval-squad", "Retrieval on SQuAD v2 dev", on_squad, squad, None),
        Section("reranking-squad", "Reranking on SQuAD v2 dev", (*on_squad, "--rerank", "500"), squad, "--rerank"),
        Section("retrieval-scifact", "Retrieval on SciFact", on_scifact, scifact, "--rerank"),
        Section("evidence", "The evidence model against its targets", evidence, bench, "--limit"),
        Section("claims-pairs", "The verifier on public pairs", verifier, pairs, "--limit"),
        Section("claims-scifact", "Claims on SciFact, end to end", scifact_claims, scifact, "--limit"),
        Section("grounding", "What written sentences let through", grounding, pairs, "--limit"),
        Section("followups", "Follow-ups understood", followups, bench / "rewrite", "--limit"),
        Section("reading-depth", "How many passages to rerank and read", depth, squad, "--count"),
        Section("scale", "Up to a million passages", ("benchmarks.scale", *corpus), scale, "--largest"),
        Section(
            "scale-peers",
            "Search beside rank_bm25, bm25s and txtai",
            ("benchmarks.scale_peers", *corpus, *keep),
            scale,
            "--largest",
        ),
        Section(
            "scale-encoders",
            "The encoder beside other ways to run it",
            ("benchmarks.scale_encoders", *corpus, "--squad", str(squad)),
            scale,
            "--texts",
        ),
    ]
