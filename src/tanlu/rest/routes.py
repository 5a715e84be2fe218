"""Every router of the API."""

from tanlu.rest import (
    activity,
    calculators,
    documents,
    figures,
    goals,
    imports,
    jobs,
    plans,
    quality,
)

ROUTERS = (
    figures.router,
    activity.router,
    quality.router,
    goals.router,
    imports.router,
    calculators.router,
    plans.router,
    documents.router,
    jobs.router,
)
