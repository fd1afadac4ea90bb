"""Names of products with which software is built: a spec that names one decides how, before anybody has planned it.

Names that are also plain words (Go, Swift, Express, Spring) are left out, or have to be typed as names (React).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from orch_lsp.document.model import SpecDocument
from orch_lsp.document.node import NodeKind
from orch_lsp.markdown.tree import Chunk
from orch_lsp.rules.prose import once_a_chunk, telling, unquoted
from orch_lsp.rules.rule import Found, Rule, Subject
from orch_lsp.rules.statements import NO_REQUIREMENT
from orch_lsp.text import Span

_NAMES = (
    *("PostgreSQL", "Postgres", "MySQL", "MariaDB", "SQLite", "MongoDB", "DynamoDB", "Cassandra", "CockroachDB"),
    *("Redis", "Memcached", "Elasticsearch", "OpenSearch", "Firestore", "Supabase", "Neo4j", "InfluxDB"),
    *("TimescaleDB", "Qdrant", "Pinecone", "ClickHouse", "BigQuery", "Snowflake DB", "SQL Server", "Kafka"),
    *("RabbitMQ", "NATS JetStream", "Celery", "React", "React Native", "Next.js", "NextJS", "Vue.js", "Vue"),
    *("Nuxt", "Angular", "Svelte", "SvelteKit", "Preact", "jQuery", "Tailwind", "Tailwind CSS", "Redux", "Zustand"),
    *("Webpack", "Vite", "Docusaurus", "Node.js", "NodeJS", "Express.js", "NestJS", "Deno", "Django", "Flask"),
    *("FastAPI", "SQLAlchemy", "Pydantic", "Ruby on Rails", "Laravel", "Spring Boot", "Hibernate", "ASP.NET"),
    *("Entity Framework", "Prisma ORM", "TypeORM", "Drizzle ORM", "GraphQL", "gRPC", "Docker", "Docker Compose"),
    *("Kubernetes", "Helm chart", "Terraform", "Ansible", "Nginx", "AWS Lambda", "Amazon S3", "CloudFront"),
    *("Azure Functions", "Cloudflare Workers", "Vercel", "Netlify", "Heroku", "TypeScript", "JavaScript", "Python"),
    *("Kotlin", "PyTorch", "TensorFlow", "LangChain", "Playwright", "Selenium", "Jest", "Vitest", "Pytest"),
)  # fmt: skip
_CASED = frozenset(
    {"React", "Vue", "Angular", "Svelte", "Flask", "Docker", "Jest", "Vite", "Python", "Celery", "Redux"}
)
"""Those that are plain words in lower case."""
_BY_LOWER: Mapping[str, str] = {name.lower(): name for name in _NAMES}
_NAME = re.compile(
    r"(?<![\w@/.-])(?:"
    + "|".join(re.escape(name) for name in sorted(_NAMES, key=len, reverse=True))
    + r")(?![\w/]|[.-]\w)",
    re.IGNORECASE,
)
_LONGEST_LEAD = 4_000
_KINDS: frozenset[NodeKind] = frozenset(("requirement", "success_criterion"))


def implementation_leak(subject: Subject) -> Iterator[Found]:
    """Requirements and outcomes that name a technology which neither the feature is about nor the project settled."""
    document = subject.document
    settled = subject.evidence.technologies.union(*_about(document))
    said: set[str | None] = set()
    for _, base, named in telling(document, _named):
        for start, end, name in named:
            if name in settled:
                continue
            node = document.nodes.at(base + start)
            if node is None or node.kind not in _KINDS or node.name is None or node.key in said:
                continue
            if NO_REQUIREMENT.match(node.key):
                continue
            said.add(node.key)
            message = f"“{name}” says how, not what: leave it to the plan, or settle it in the constitution."
            yield Found(message, Span(base + start, base + end), node.key)


def _about(document: SpecDocument) -> Iterator[frozenset[str]]:
    """The technologies that a document is about: those before its first section, and in its headings."""
    first = next((one for one in document.sections if one.heading != document.title), None)
    end = len(document.text) if first is None else first.heading.start
    yield technologies_in(document.text[: min(end, _LONGEST_LEAD)])
    for _, _, named in telling(document, _in_headings):
        yield named


@once_a_chunk
def _in_headings(chunk: Chunk) -> frozenset[str]:
    return technologies_in("\n".join(heading.text for heading in chunk.headings))


@lru_cache(maxsize=256)
def technologies_in(text: str) -> frozenset[str]:
    """The technologies that a text names."""
    return frozenset(name for _, _, name in _read(text))


@once_a_chunk
def _named(chunk: Chunk) -> tuple[tuple[int, int, str], ...]:
    return tuple(_read(unquoted(chunk)))


def _read(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _NAME.finditer(text):
        name = _BY_LOWER[found[0].lower()]
        if name not in _CASED or found[0] == name:
            yield found.start(), found.end(), name


RULES = (
    Rule(
        "implementation_leak", "language", "off", "A requirement names a technology to build it with.",
        implementation_leak,
    ),
)  # fmt: skip
