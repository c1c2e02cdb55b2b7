"""Assessments of a video: sensitive topics, risk for a brand, performance, category."""
