"""Three tasks, each run through the service that users ask: *read*, *retrieve* and *ask*.

*read*: the passage that holds the answer is given; *retrieve*: where it comes in the ranking of all passages;
*ask*: the whole system over everything indexed. Start with :func:`eval.tasks.evaluate.evaluate`.
"""
