"""Every router of the API."""

from tanlu.rest import calculators, documents, figures, goals, jobs, plans

ROUTERS = (
    figures.router,
    goals.router,
    calculators.router,
    plans.router,
    documents.router,
    jobs.router,
)
