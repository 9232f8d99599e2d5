"""PyTorch as a measured process: answers the orders of bench/protocol.ts, one JSON object a line."""

import contextlib
import json
import os
import sys
import time

import torch
from ma_avt import MaAvt, load_vit, read_safetensors, with_onednn


def prepare(job, variant):
    """A function that does the job once; what it returns the first time is compared with Duet's numbers."""
    compiled, half = "compile" in variant, "bf16" in variant
    wrap = torch.compile if compiled else lambda function: function
    if job["kind"] == "product":
        return product(job, variant)
    files = job["files"]
    inputs = read_safetensors(files["inputs"])
    vit = load_vit(files["backbone"], files["heads"])
    if "onednn" in variant:
        vit = with_onednn(vit, job["kind"] == "step")
    if job["kind"] == "features":
        model = (vit.bfloat16() if half else vit).eval()
        pictures = inputs["images"][: job["clips"]].to(model.norm.weight.dtype)
        forward = wrap(model)

        def features():
            with torch.inference_mode():
                return {"cls": forward(pictures)[0, 0].float().tolist()}

        return features
    if job["kind"] == "predict":
        model = MaAvt(vit, read_safetensors(files["folded"])).eval()
        model = model.bfloat16() if half else model
        dtype = torch.bfloat16 if half else torch.float32
        clips = [(inputs[name][: job["clips"]]).to(dtype).split(job["batch"]) for name in ("images", "spectrograms")]
        forward = wrap(model)

        def predict():
            with torch.inference_mode():
                parts = [forward(images, spectrograms) for images, spectrograms in zip(*clips)]
            logits, background, attention, _ = parts[0]
            return {"classLogits": logits[0].tolist(), "background": [background[0].item()], "attention": attention[0].tolist()}

        return predict
    model = MaAvt(vit, read_safetensors(files["parameters"])).train()
    optimiser = torch.optim.Adam(model.trainable, lr=1e-4, fused=True)
    names = ("images", "spectrograms", "class_targets", "background_targets")
    batch = [inputs[name][: job["batch"]] for name in names]
    losses_of = wrap(model.losses)
    mixed = lambda: torch.autocast("cpu", torch.bfloat16) if half else contextlib.nullcontext()

    def step():
        optimiser.zero_grad()
        with mixed():
            losses = losses_of(*batch)
        losses[0].backward()
        optimiser.step()
        gradients = {f"gradient {name}": [value.grad.norm().item()] for name, value in zip(model.names, model.trainable)} if step.first else {}
        step.first = False
        return {"losses": [loss.item() for loss in losses], **gradients}

    step.first = True
    return step


def product(job, variant):
    x = torch.full((job["rows"], job["inner"]), 0.25)
    linear = torch.nn.Linear(job["inner"], job["columns"])

    def run():
        with torch.inference_mode():
            if "onednn" in variant:
                torch.ops.mkldnn._linear_pointwise(x, linear.weight, linear.bias, "none", [], "")
            else:
                linear(x)

    return run


def main():
    # Numbers go out by a stream of their own: compilers print too.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run, first = None, None
    for line in sys.stdin:
        order = json.loads(line)
        try:
            if "prepare" in order:
                torch.set_num_threads(order["threads"])
                run = prepare(order["prepare"], order["variant"])
                answer = {"version": f"PyTorch {torch.__version__.split('+')[0]}"}
            else:
                milliseconds = []
                for _ in range(order["run"]):
                    began = time.perf_counter()
                    check = run()
                    milliseconds.append(1000 * (time.perf_counter() - began))
                    first = first or check
                answer = {"milliseconds": milliseconds, "check": first or {}}
        except Exception as error:  # The bench writes down why a peer cannot take part.
            answer = {"error": f"{type(error).__name__}: {error}".split("\n")[0][:300]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
