"""How servers word the failures that their status and codes do not tell apart, each with those that say it so.

Patterns are searched, without regard to case, in one line of at most a few hundred characters. Every quantifier in them
is bounded, so that no message makes one slow.
"""

from __future__ import annotations

Wordings = tuple[tuple[str, str], ...]
"""Pairs of a pattern and the servers, gateways or hosts that were seen to use it."""

CONTEXT_OVERFLOW: Wordings = (
    (r"max(?:imum)? context (?:length|window|size)", "OpenAI, vLLM, OpenRouter, Mistral, Groq, DeepSeek, LiteLLM"),
    (r"exceed(?:s|ed)?(?: the| this| its)?(?: available| maximum| max\.?)? context", "llama.cpp, Ollama, OpenAI"),
    (r"exceed(?:s|ed)? (?:the |this )?(?:model'?s?|model's maximum) context", "Ollama, SGLang, Cerebras"),
    (r"exceed(?:s|ed)? (?:the )?(?:max(?:imum)? )?context (?:length|window|size)", "Ollama's cloud, SGLang"),
    (
        r"context (?:length|window|size)(?: limit)? (?:has been |was |is )?exceed",
        "LM Studio, MLX, llama.cpp, KoboldCpp",
    ),
    (r"context (?:length|window) exceeds limit", "MiniMax"),
    (r"context[ _](?:length|window|size)[ _]exceeded", "OpenAI, vLLM, TabbyAPI, OpenRouter"),
    (r"context (?:overflow|is full|window (?:is )?(?:full|too small))", "LM Studio, Jan, KoboldCpp"),
    (r"context the overflows", "LM Studio"),
    (r"loaded with (?:a )?context length of only", "LM Studio"),
    (r"(?:greater|larger|longer|more) than (?:the |this )?(?:model'?s? |maximum |max |loaded )?context", "LM Studio"),
    (r"longer than the (?:model'?s? )?(?:context|maximum model) length", "Together, SGLang, vLLM"),
    (r"maximum model length", "vLLM"),
    (r"max_model_len", "vLLM"),
    (r"n_keep .{0,40}>= ?n_ctx", "LM Studio"),
    (r"reached context length of \d+", "LM Studio with MLX"),
    (r"exceeds? (?:the )?n_ctx|exceed context window of", "llama-cpp-python"),
    (r"requested tokens .{0,40}exceed context", "llama-cpp-python"),
    (
        r"(?:prompt|input|request|message|conversation|query)s?(?: length| text)? (?:is |are |was )?(?:too|to) long",
        "many",
    ),
    (r"prompt too long", "Ollama, TabbyAPI, Anthropic"),
    (r"too long for (?:the )?(?:requested |selected )?model", "Amazon Bedrock"),
    (r"input is too (?:long|large)", "Amazon Bedrock, Vertex AI"),
    (r"(?:prompt|input|request) (?:is )?too large for (?:the )?(?:model|context)", "Mistral"),
    (r"too large for model with", "Mistral"),
    (r"input[ _]?tokens? (?:count )?.{0,40}exceeds?", "Gemini, Vertex AI, OpenAI"),
    (
        r"(?:prompt|input|request|requested) (?:token )?(?:count|tokens) .{0,40}exceed",
        "GitHub Copilot, SGLang, IBM watsonx",
    ),
    (r"input length .{0,40}exceeds?", "SGLang, OpenRouter, Friendli"),
    (r"input length and `?max_tokens`? exceed", "Anthropic"),
    (r"maximum (?:allowed )?(?:input|prompt) length", "xAI, SGLang, Poolside"),
    (r"max(?:imum)?[ _](?:prompt|input)[ _](?:tokens|length)", "TensorRT-LLM, LMDeploy, TabbyAPI"),
    (r"range of input length should be", "DashScope, Xunfei"),
    (r"`?inputs`? (?:tokens )?(?:must have less than|\+ `?max_new_tokens`? must be)", "TGI"),
    (r"must have less than \d+ tokens", "TGI"),
    (r"exceeded model token limit", "Moonshot"),
    (r"token limit exceeded|exceeds? (?:the )?(?:model'?s? )?token limit", "Moonshot, Databricks, Writer"),
    (r"tokens? (?:count )?.{0,40}exceeds? the (?:maximum|limit|model)", "Gemini, GitHub Copilot, Cohere"),
    (r"configured context size", "DwarfStar"),
    (r"too many (?:prompt |input )?tokens", "Perplexity, Cohere"),
    (r"number of tokens .{0,60}(?:exceed|greater|too (?:many|large))", "Fireworks, LocalAI, ctransformers"),
    (r"total (?:number of tokens|length of all messages) .{0,40}(?:exceed|too long)", "Perplexity, Cohere, AI21"),
    (r"total length of all messages", "Perplexity"),
    (r"reduce the length of (?:the |your )?(?:messages|prompt|input)", "Groq, OpenAI, Cerebras"),
    (r"shorten (?:the|your) (?:prompt|input|messages)", "LM Studio, GPT4All"),
    (r"(?:prompt|input|request) (?:does not|doesn't|won't|cannot) fit", "KoboldCpp, ExLlama, Jan"),
    (r"prompt exceeds (?:the )?(?:length limit|max(?:imum)? length|max)", "BigModel"),
    (r"prompt length .{0,40}(?:exceed|longer|greater|larger)", "TabbyAPI, LMDeploy, MLX"),
    (r"(?:kv|key.value) cache is full", "llamafile, MLC"),
    (r"contextwindowexceeded", "LiteLLM, MLC"),
    (r"not enough context", "Jan, GPT4All"),
)
"""The prompt, or the conversation with its answer, does not fit into the model's window."""

NOT_OVERFLOW = r"rate.?limit|too many requests|throttl|per[ -](?:minute|second|hour|day)|\b[TR]PM\b|quota"
"""Words of a message that speaks of tokens and means a rate."""

OUTPUT_LIMIT: Wordings = (
    (
        r"max(?:imum)?[ _](?:\w{1,12}[ _])?tokens (?:limit )?(?:\w{1,4} )?(?:been )?(?:reached|exceeded|hit)",
        "Groq, LiteLLM",
    ),
    (r"(?:output|completion|generation) (?:token )?limit (?:\w{1,4} )?(?:been )?(?:reached|exceeded|hit)", "Azure"),
    (r"(?:reached|exceeded|hit) (?:the |its |your )?max(?:imum)?[ _](?:\w{1,12}[ _])?tokens", "Together, Fireworks"),
    (r"(?:reached|exceeded|hit) (?:the |its |your )?(?:output|completion|generation)[ _](?:token[ _])?limit", "Groq"),
    (r"(?:reached|hit) (?:the |its |your )?token limit", "OpenRouter"),
    (r"(?:token limit|length limit) (?:has been |was |is )?reached", "Moonshot, OpenAI's library, DeepSeek"),
    (r"(?:exceeded|exceeds) the \d+ output token maximum", "Anthropic's clients"),
    (r"(?:output|answer|response|completion|generation) (?:was |is |has been )?(?:truncated|cut off)", "gateways"),
)
"""An error in the middle of an answer, which may not be longer."""

OUTPUT_LIMIT_BEFORE = r"max_tokens or model output limit was reached"
"""The same, as OpenAI and Azure tell it instead of an answer."""

ABOUT_PROMPT = r"context|window|prompt|input|request|messages|conversation"
"""Words of a message that blames the question; without them, a limit that is told after text has cut the answer."""

WRONG_PATH: Wordings = (
    (r"unexpected endpoint or method", "LM Studio"),
    (r"404 page not found|405 method not allowed", "Ollama, LocalAI, and all that is written in Go"),
    (r"^(?:404[ :-]{0,3})?(?:not[ _]found|method not allowed)[.!]?$", "vLLM, SGLang, TabbyAPI, FastAPI, Spring, Hono"),
    (
        r"^(?:the )?(?:file|page|path|endpoint|url|route|resource|requested resource) (?:was )?not found[.!]?$",
        "llama.cpp",
    ),
    (r"404 not_found", "BigModel"),
    (r"invalid url \((?:post|get)", "OpenAI, new-api"),
    (r"unknown (?:request )?url|unrecognized request url", "Groq, OpenAI"),
    (r"cannot (?:post|get) /", "Express, NestJS"),
    (r"route (?:post|get)[: ].{0,200}not found", "Fastify"),
    (r"no route(?: was)? (?:matche[sd]|found|for)", "Kong, Cloudflare, Rails"),
    (r"route .{0,200}could not be found", "Laravel"),
    (r"no (?:handler|static resource|endpoint|matching route)(?: was)?(?: found)?\b", "Spring"),
    (r"no such (?:endpoint|route|path|method)", "gateways"),
    (r"(?:unknown|invalid|unsupported|undefined) (?:api )?(?:endpoint|route|path)\b", "gateways"),
    (r"(?:endpoint|api) (?:does not|doesn't) exist", "gateways"),
    (r"requested url .{0,200}was not found", "Flask, Apache, Google"),
    (r"url\.not_found", "Moonshot"),
    (r"missing authentication token", "Amazon API Gateway"),
)
"""The server is there, and nothing at the path that was asked."""

ABOUT_MODEL = r"\b(?:model|deployment)\b"
"""Words of a message that speaks of a path and means a model."""

MODEL_NOT_FOUND: Wordings = (
    (r"model .{1,200} (?:not found|does not exist|is not available|not supported)", "OpenAI, Ollama, vLLM, Gemini"),
    (r"no such model|unknown model|not a valid model", "OpenRouter, Together, Mistral"),
    (r"(?:failed to load|no models? (?:is |are )?loaded|model .{0,200}not loaded)", "LM Studio, TabbyAPI"),
)


def pattern(wordings: Wordings) -> str:
    """One pattern for all of them."""
    return "|".join(f"(?:{words})" for words, _ in wordings)
