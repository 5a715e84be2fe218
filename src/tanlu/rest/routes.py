"""Every router of the API."""

from tanlu.rest import (
    activity,
    calculators,
    company,
    documents,
    figures,
    goals,
    imports,
    jobs,
    people,
    plans,
    quality,
    review,
)
from tanlu.rest.described import described

_ALL = (
    figures.router,
    company.router,
    activity.router,
    quality.router,
    goals.router,
    imports.router,
    calculators.router,
    plans.router,
    documents.router,
    review.router,
    people.router,
    jobs.router,
)
ROUTERS = tuple(described(router) for router in _ALL)
