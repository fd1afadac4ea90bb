"""The port to models, and what is behind it: five wire formats over one HTTP layer, and one list of failures.

In reading order: `base` (the port: what is asked, which events come), `registry` and `presets` (from settings to a
provider), `http_provider` (a provider over HTTP) with `retrying` and `retry` (attempts), `exchange` (one request and
its answer), `http` with `clock` and `decompression` (the body as it comes, within its limits; TLS is `network`'s),
`framing`, `sse`, `json_reading` and `reader` (bytes to messages), `wire` (what a format says) and the formats
`openai_chat`, `openai_responses`, `anthropic`, `gemini` and `ollama`, `answer` and `finish` (which ends are a success),
`classify`, `failure`, `error_body` and `failure_words` (which failure the others are), `remedies` (its cure), `listing`
(the service's models). `outline` works without a model, `any_llm` through another library.
"""
