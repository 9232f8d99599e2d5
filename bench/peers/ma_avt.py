"""MA-AVT (arXiv 2406.04930) from plain PyTorch modules, as docs/model.md describes the `reference` recipe.

Parameter names are those of Duet's files, so that the same weights can be loaded. Shapes: B clips, C channels, P patches.
"""

import json

import torch
import torch.nn.functional as F
from torch import nn


def read_safetensors(path):
    """All tensors of a float32 safetensors file by name."""
    with open(path, "rb") as file:
        data = bytearray(file.read())
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        count = (end - begin) // 4
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=count, offset=start + begin).reshape(entry["shape"])
    return tensors


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x, want_scores=False):
        count, length, width = x.shape
        qkv = self.qkv(x).reshape(count, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = qkv.unbind(0)
        mixed = F.scaled_dot_product_attention(query, key, value)
        output = self.proj(mixed.transpose(1, 2).reshape(count, length, width))
        if not want_scores:
            return output, None
        return output, (query[:, :, :1] * (width // self.heads) ** -0.5) @ key.transpose(-2, -1)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, 4 * width), "fc2": nn.Linear(4 * width, width)})

    def forward(self, x, want_scores=False):
        attended, scores = self.attn(self.norm1(x), want_scores)
        x = x + attended
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x)))), scores


class Vit(nn.Module):
    """timm's names."""

    def __init__(self, width, depth, heads, patches, patch_size):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + patches, width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch_size, patch_size)})
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)

    def patches(self, pictures):
        return self.patch_embed["proj"](pictures).flatten(2).transpose(1, 2)

    def forward(self, pictures):
        x = torch.cat([self.cls_token.expand(len(pictures), -1, -1), self.patches(pictures)], 1) + self.pos_embed
        for block in self.blocks:
            x, _ = block(x)
        return self.norm(x)


def load_vit(path, heads):
    tensors = read_safetensors(path)
    width, _, patch_size, _ = tensors["patch_embed.proj.weight"].shape
    depth = sum(name.endswith("norm1.weight") for name in tensors)
    vit = Vit(width, depth, heads, tensors["pos_embed"].shape[1] - 1, patch_size)
    vit.load_state_dict(tensors)
    return vit.requires_grad_(False)


class OneDnnProduct(torch.autograd.Function):
    """A frozen linear layer by oneDNN, which PyTorch has beside MKL; only towards the activations."""

    @staticmethod
    def forward(ctx, x, weight, transposed, bias):
        ctx.save_for_backward(transposed)
        return torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")

    @staticmethod
    def backward(ctx, gradient):
        return torch.ops.mkldnn._linear_pointwise(gradient.contiguous(), ctx.saved_tensors[0], None, "none", [], ""), None, None, None


class OneDnnLinear(nn.Module):
    def __init__(self, linear, is_trained):
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias
        self.transposed = linear.weight.t().contiguous() if is_trained else None

    def forward(self, x):
        if self.transposed is None:
            return torch.ops.mkldnn._linear_pointwise(x, self.weight, self.bias, "none", [], "")
        return OneDnnProduct.apply(x, self.weight, self.transposed, self.bias)


def with_onednn(vit, is_trained):
    """The same blocks with oneDNN's products."""
    for block in vit.blocks:
        for holder, name in ((block.attn, "qkv"), (block.attn, "proj")):
            setattr(holder, name, OneDnnLinear(getattr(holder, name), is_trained))
        for name in ("fc1", "fc2"):
            block.mlp[name] = OneDnnLinear(block.mlp[name], is_trained)
    return vit


class MaAvt(nn.Module):
    """`parameters_by_name` are the adapter's, folded or not: token sets pass a light self-attention where they have one."""

    def __init__(self, vit, parameters_by_name):
        super().__init__()
        self.vit = vit
        self.names = list(parameters_by_name)
        self.trainable = nn.ParameterList(nn.Parameter(value.clone()) for value in parameters_by_name.values())

    def forward(self, images, spectrograms):
        get = dict(zip(self.names, self.trainable))
        clips = len(images)

        def token_set(kind):
            tokens = get[f"{kind}_tokens"]
            if f"{kind}_attention.qkv.weight" not in get:
                return tokens
            count, width = tokens.shape
            part = lambda name: (get[f"{kind}_attention.{name}.weight"], get[f"{kind}_attention.{name}.bias"])
            query, key, value = F.linear(tokens, *part("qkv")).reshape(count, 3, 8, width // 8).permute(1, 2, 0, 3).unbind(0)
            mixed = F.scaled_dot_product_attention(query[None], key[None], value[None])[0]
            return F.linear(mixed.transpose(0, 1).reshape(count, width), *part("proj"))

        patches = self.vit.patches(torch.cat([images, spectrograms.expand(-1, 3, -1, -1)]))
        count = patches.shape[1]
        table = F.interpolate(self.vit.pos_embed.transpose(1, 2), size=count + 2, mode="linear").transpose(1, 2)
        every = lambda rows: rows.expand(2 * clips, -1, -1)
        cls = every(get["cls_token"] + table[:, :1])
        background = every(get["background_token"] + table[:, -1:])
        shared_tokens = token_set("shared")
        shared_count = len(shared_tokens)
        prompts = torch.cat([torch.cat([token_set(kind), shared_tokens])[None].expand(clips, -1, -1) for kind in ("visual", "audio")])
        x = torch.cat([cls, patches + table[:, 1:-1], background, prompts], 1)
        shared = []
        for index, block in enumerate(self.vit.blocks):
            x, scores = block(x, index == len(self.vit.blocks) - 1)
            shared.append(x[:, -shared_count:].mean(1))
        attention = scores[:, :, 0, 1 : 1 + count].mean(1).softmax(-1)
        x = self.vit.norm(x)
        both = lambda rows: torch.cat([rows[:clips], rows[clips:]], -1)
        class_logits = F.linear(both(x[:, 0]), get["class_head.weight"], get["class_head.bias"])
        background_logits = F.linear(both(x[:, 1 + count]), get["background_head.weight"], get["background_head.bias"])[:, 0]
        return class_logits, background_logits, attention[:clips], shared

    def losses(self, images, spectrograms, class_targets, background_targets):
        """Total, foreground, background and contrastive loss; `class_targets` are zeros for background pairs."""
        get = dict(zip(self.names, self.trainable))
        clips = len(images)
        class_logits, background_logits, _, shared = self(images, spectrograms)
        true = background_targets == 0
        foreground = F.cross_entropy(class_logits[true], class_targets[true])
        background = F.binary_cross_entropy_with_logits(background_logits, background_targets)
        contrastive = 0
        for layer, rows in enumerate(shared):

            def project(part, modality):
                name = f"{modality}_projection.{layer}"
                return F.normalize(F.linear(part[true], get[f"{name}.weight"], get[f"{name}.bias"]), dim=-1)

            similarities = project(rows[:clips], "visual") @ project(rows[clips:], "audio").T / 0.07
            own = torch.arange(len(similarities))
            contrastive = contrastive + (F.cross_entropy(similarities, own) + F.cross_entropy(similarities.T, own)) / 2 / len(shared)
        return foreground + background + contrastive, foreground, background, contrastive
