"""A model elsewhere that looks at pictures: any server that speaks the OpenAI chat form.

Ollama, llama.cpp, vLLM, LM Studio or a cloud; each new second of a video is one question.
"""
