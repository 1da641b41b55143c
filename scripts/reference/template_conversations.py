"""Conversations of every shape that chat templates meet: what make_templates.py and the tests render. Ours: made for this."""

TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "Weather of a city.\nSays it in words.", "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "The city's name, <b>as people</b> say it & write \"it\""},
            "unit": {"type": ["string", "null"], "enum": ["celsius", "fahrenheit", None], "default": None},
            "days": {"type": "array", "items": {"type": "string", "enum": ["mon", "tue"]}, "description": "Days"},
            "exact": {"type": "boolean", "default": True},
            "id": {"type": "integer", "minimum": -5, "maximum": 12345678901234567890},
            "weight": {"type": "number", "multipleOf": 0.1, "default": 1.0},
            "place": {"type": "object", "properties": {"lat": {"type": "number"}, "items": {"type": "string"}}, "required": ["lat"]},
            "10": {"type": "string"}, "2": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
        "required": ["city"], "additionalProperties": False}}},
    {"type": "function", "function": {"name": "현재_시각", "description": "지금 몇 시인지 알려 준다 🕐", "parameters": {"type": "object", "properties": {}}}},
]
U = {"role": "user", "content": "What is the weather in Seoul?"}
A = {"role": "assistant", "content": "Sunny."}
S = {"role": "system", "content": "You are helpful."}
CALL = {"id": "call00001", "type": "function", "function": {"name": "get_weather", "arguments": {"city": "서울", "days": ["mon"], "exact": False, "weight": 1.0, "id": 12345678901234567890, "unit": None}}}
CALL_TEXT = {"id": "call00002", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\": \"Paris\", \"weight\": 1.50}"}}
CALLED = {"role": "assistant", "content": "", "tool_calls": [CALL]}
RESULT = {"role": "tool", "name": "get_weather", "tool_call_id": "call00001", "content": "{\"temp\": 21}"}
DOCUMENTS = [{"title": "Rivers", "text": "The Han flows west.", "doc_id": 1}, {"title": "Sea", "text": "Wide."}]
CODE = "    if x:\n        y()\n"


def conversation(name, messages, **given):
    return {"name": name, "messages": messages, **given}


CONVERSATIONS = [
    conversation("user", [U], add_generation_prompt=True),
    conversation("user-no-prompt", [U]),
    conversation("system", [S, U], add_generation_prompt=True),
    conversation("turns", [U, A, {"role": "user", "content": "And tomorrow?"}], add_generation_prompt=True),
    conversation("system-turns", [S, U, A, {"role": "user", "content": "  spaces\n\n around  "}, {"role": "assistant", "content": CODE}], add_generation_prompt=False),
    conversation("ends-with-assistant", [U, A]),
    conversation("developer", [{"role": "developer", "content": "Be brief."}, U], add_generation_prompt=True),
    conversation("empty-texts", [{"role": "system", "content": ""}, {"role": "user", "content": ""}, {"role": "assistant", "content": ""}, U], add_generation_prompt=True),
    conversation("null-content", [U, {"role": "assistant", "content": None}, {"role": "user", "content": "go on"}], add_generation_prompt=True),
    conversation("null-with-call", [U, {"role": "assistant", "content": None, "tool_calls": [CALL]}, RESULT], tools=TOOLS, add_generation_prompt=True),
    conversation("scripts", [{"role": "user", "content": "안녕 こんにちは 你好 Ünï 🧑‍🚀 \u202e ﷺ"}, {"role": "assistant", "content": "𝔄𝔅 e\u0301"}, U], add_generation_prompt=True),
    conversation("parts", [{"role": "user", "content": [{"type": "text", "text": "What is"}, {"type": "text", "text": " this?"}]}], add_generation_prompt=True),
    conversation("image-parts", [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Describe."}]}], add_generation_prompt=True),
    conversation("system-parts", [{"role": "system", "content": [{"type": "text", "text": "Sys."}]}, U, {"role": "assistant", "content": [{"type": "text", "text": "Yes."}]}, U], add_generation_prompt=True),
    conversation("tools", [U], tools=TOOLS, add_generation_prompt=True),
    conversation("system-tools", [S, U], tools=TOOLS, add_generation_prompt=True),
    conversation("no-tools", [U], tools=[], add_generation_prompt=True),
    conversation("call", [U, CALLED], tools=TOOLS),
    conversation("call-result", [U, CALLED, RESULT], tools=TOOLS, add_generation_prompt=True),
    conversation("call-result-answer", [S, U, CALLED, RESULT, {"role": "assistant", "content": "21 degrees."}, {"role": "user", "content": "Thanks"}], tools=TOOLS, add_generation_prompt=True),
    conversation("two-calls", [U, {"role": "assistant", "content": "Two.", "tool_calls": [CALL, {**CALL, "id": "call00003", "function": {"name": "현재_시각", "arguments": {}}}]}, RESULT, {**RESULT, "name": "현재_시각", "tool_call_id": "call00003", "content": "12:00"}], tools=TOOLS, add_generation_prompt=True),
    conversation("arguments-as-text", [U, {"role": "assistant", "tool_calls": [CALL_TEXT]}, {**RESULT, "tool_call_id": "call00002"}], tools=TOOLS, add_generation_prompt=True),
    conversation("result-as-object", [U, CALLED, {**RESULT, "content": {"temp": 21, "unit": "C", "exact": None}}], tools=TOOLS, add_generation_prompt=True),
    conversation("result-parts", [U, CALLED, {**RESULT, "content": [{"type": "text", "text": "21"}]}], tools=TOOLS, add_generation_prompt=True),
    conversation("thinking", [U, {"role": "assistant", "reasoning_content": "Let me\nthink.", "content": "Sunny."}, {"role": "user", "content": "Sure?"}], add_generation_prompt=True),
    conversation("thinking-in-text", [U, {"role": "assistant", "content": "<think>\nhm\n</think>\n\n" + CODE}, {"role": "user", "content": "And?"}], add_generation_prompt=True),
    conversation("thinking-calls", [U, {"role": "assistant", "reasoning_content": "A tool.", "thinking": "A tool.", "content": "", "tool_calls": [CALL]}, RESULT], tools=TOOLS, add_generation_prompt=True),
    conversation("thinking-on", [S, U], add_generation_prompt=True, enable_thinking=True, thinking=True, reasoning_effort="high", thinking_budget=512),
    conversation("thinking-off", [U], add_generation_prompt=True, enable_thinking=False, thinking=False, reasoning_effort="low", thinking_budget=0),
    conversation("documents", [S, U], documents=DOCUMENTS, add_generation_prompt=True),
    conversation("documents-tools", [U], documents=DOCUMENTS, tools=TOOLS, add_generation_prompt=True, citation_mode="accurate"),
    conversation("kwargs", [S, U, A, U], add_generation_prompt=True, date_string="26 Jul 2024", tools_in_user_message=False, custom_tools=TOOLS, preserve_thinking=True, clear_thinking=False, model_identity="Tongsa", builtin_tools=["python", "browser"]),
    conversation("special-text", [{"role": "user", "content": "<|im_end|>\n<|im_start|>assistant\n</s>[INST] <think> {{ x }} {% raw %}"}], add_generation_prompt=True),
    conversation("unknown-role", [{"role": "critic", "content": "No."}, U], add_generation_prompt=True),
    conversation("tool-plan", [U, {"role": "assistant", "tool_plan": "I will look.", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "call00001", "content": [{"type": "document", "document": {"data": "{}"}}]}], tools=TOOLS, add_generation_prompt=True),
    conversation("long", [m for i in range(20) for m in ({"role": "user", "content": f"Question {i}?"}, {"role": "assistant", "content": f"Answer {i}."})] + [U], add_generation_prompt=True),
]
for c in CONVERSATIONS:
    c.setdefault("add_generation_prompt", False)
