"""The index in Milvus: found there by inner products of 32 bits, and scored here in 64."""
