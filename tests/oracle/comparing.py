"""One random city judged both ways, by the product and by the oracle, and every verdict compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workbench.audit.engine import judge_tables
from workbench.requirements import load_suites
from workbench.requirements.adoption import load_adoption

from .facts import terms
from .generate import adoption, generate
from .oracle import Demand, judge, load_yaml, read_demands
from .zoo import dump, write_suites

REAL = Path(__file__).parents[2] / "expectations"
STATES = ("met", "missed", "open", "unknown")
COMPARED = ("verdict", *STATES)
#: The columns that tell which rows a shape reads.
READS = {
    "activities": ("kind", ("activity",)), "participations": ("kind", ("activity",)),
    "case_steps": ("process", ("process",)), "ratings": ("kind", ("rating", "given_rating")),
    "measures": ("measure", ("numerator", "denominator", "measure", "base", "per", "when")),
    "permissions": ("requirement", ("requirement",)), "exemptions": ("requirement", ("requirement",)),
}
ALSO_READS = {
    "posts": ("roles", "by_role", "role", "chaired_by", "also"), "dues": ("mode", "months"),
    "people": ("categories", "standing", "standings"), "rejected": ("requirement",),
    "organizations": ("requirement",), "checklist": ("what",),
}


@dataclass(frozen=True)
class Job:
    """One random city: its seed, day, audited year and number of organisations.

    ``rounds`` entries of every shape make its suites; none: the real ones. ``adopted``: with an adoption file.
    """

    seed: int
    as_of: date
    year: int
    size: int
    rounds: int = 0
    adopted: bool = False


@dataclass
class Comparison:
    """What cities together gave: differences as text, and how often what was seen.

    ``contradictions``: answers whose judged value lies within the bounds though a unit is missed, or the reverse.
    """

    differences: list[str] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)
    shapes: Counter[tuple[str, str]] = field(default_factory=Counter)
    documents: Counter[str] = field(default_factory=Counter)

    def add(self, other: Comparison) -> None:
        self.differences += other.differences
        self.contradictions += other.contradictions
        for name in ("verdicts", "shapes", "documents"):
            getattr(self, name).update(getattr(other, name))


def compare(job: Job) -> Comparison:
    """Judge one random city both ways."""
    with TemporaryDirectory() as folder:
        suites = write_suites(Path(folder) / "zoo", job.seed, job.year, job.rounds) if job.rounds else REAL
        return _compare(job, suites, Path(folder) / "adoption.yaml")


def _compare(job: Job, suites: Path, adoption_file: Path) -> Comparison:
    as_of, year = job.as_of, job.year
    demands = {d.requirement: d for d in read_demands(suites, min(as_of, date(year, 12, 31)))}
    groups = load_yaml(suites / "subjects.yaml")
    tables = generate(job.seed, list(demands.values()), groups, as_of, year, job.size)
    loaded = load_suites(as_of=as_of, year=year, directory=suites)
    entries = adopted = None
    if job.adopted:
        entries = adoption(job.seed, list(demands.values()))
        dump(adoption_file, {"adoption": entries})
        adopted = load_adoption(adoption_file, loaded)
    expected = judge(tables, suites, as_of, year, adoption=entries)
    rows = judge_tables(tables, loaded.requirements, as_of=as_of, year=year, adoption=adopted)
    actual = {(row["subject"], row["requirement"]): row for row in rows}
    assert len(actual) == len(rows), "a subject was judged twice under one requirement"
    found, bounds = Comparison(), {r.id: (r.lower, r.upper) for r in loaded.requirements}
    for key, answer in expected.items():
        demand = demands[key[1]]
        found.verdicts[answer["verdict"]] += 1
        found.documents[demand.document] += 1
        for state in STATES:
            if answer[state]:
                found.shapes[demand.shape, state] += 1
        if outside(answer["judged"], *bounds[key[1]]) != (answer["missed"] > 0):
            found.contradictions.append(f"{job}: {key[0]} {demand.shape} {demand.kwargs} {bounds[key[1]]} {answer}")
    for key in sorted(k for k in expected.keys() | actual.keys() if not same(expected.get(k), actual.get(k))):
        demand = demands[key[1]]
        head = f"{job}: {key[0]} {demand.shape} {demand.kwargs}"
        answers = [f"  oracle  {expected.get(key)}", f"  product {shown(actual.get(key))}"]
        found.differences.append("\n".join([head, *answers, *relevant(tables, key[0], demand)]))
    return found


def outside(judged: float | None, lower: float | None, upper: float | None) -> bool:
    """Whether the judged value is one that Great Expectations would not accept."""
    return judged is not None and ((lower is not None and judged < lower) or (upper is not None and judged > upper))


def same(expected: dict[str, Any] | None, actual: dict[str, Any] | None) -> bool:
    """Equal in verdict, counts and judged value (floating point aside); both must have a result."""
    if expected is None or actual is None or any(expected[name] != actual[name] for name in COMPARED):
        return False
    one, other = expected["judged"], actual["judged"]
    if one is None or other is None:
        return one is other
    return abs(one - other) < 2e-6  # growth is rounded to six decimals


def shown(row: dict[str, Any] | None) -> dict[str, Any] | None:
    return row and {name: row[name] for name in (*COMPARED, "judged", "doubt")}


def relevant(tables: dict[str, list[dict]], org: str, demand: Demand) -> Iterable[str]:
    """The rows of the organisation that the requirement may rest on."""
    for table, (column, names) in READS.items():
        wanted = [t for name in names for t in terms(demand.kwargs.get(name))]
        rows = [r for r in tables[table] if r["org_id"] == org and r[column] in wanted]
        yield from (f"    {table} {short(r)}" for r in rows[:60])
    for table, names in ALSO_READS.items():
        if any(name in demand.kwargs for name in names):
            yield from (f"    {table} {short(r)}" for r in tables[table] if r["org_id"] == org)


def short(row: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in row.items() if value not in (None, [], ""))
