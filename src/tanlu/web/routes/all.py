"""Every router of pages, in the order of the rail."""

from tanlu.web.routes import (
    assets,
    calculators,
    imports,
    inventory,
    jobs,
    login,
    measures,
    organisation,
    overview,
    reports,
    review,
    roadmap,
    targets,
    trace,
    welcome,
)

ROUTERS = (
    assets.router,
    overview.router,
    welcome.router,
    organisation.router,
    imports.router,
    inventory.router,
    targets.router,
    measures.router,
    calculators.router,
    roadmap.router,
    reports.router,
    review.router,
    trace.router,
    jobs.router,
    login.router,
)
