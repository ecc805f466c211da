"""An audit: a random sample of passages is judged by people, and tells how far the model can be believed.

The statistics of it, without files: what to draw (`sampling`, `plan`), what the judgements say of all passages
(`estimate`, `accuracy`) and the two together (`result`). It must never let the model's word stand for a judgement:
every figure stays right, if wider, when the model is no good.
"""
