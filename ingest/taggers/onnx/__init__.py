"""A stronger tagger for those who have one: any CLIP- or SigLIP-like pair, over any list of words.

A pair is a folder: ``image.onnx`` turns a picture into a vector, ``text.onnx`` a phrase into one
of the same space; ``calibration.npz`` says what the cosine of two of them is worth, word by word.
"""
