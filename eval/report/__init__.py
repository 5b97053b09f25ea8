"""Reports for people: one self-contained HTML file for a run or a comparison, and Markdown to paste."""

from eval.report.comparison_page import render_comparison
from eval.report.markdown import markdown_comparison, markdown_run
from eval.report.run_page import render_run

__all__ = ["markdown_comparison", "markdown_run", "render_comparison", "render_run"]
