# A small image: the pinned packages in a virtual environment, no compiler, no root.
# (Written with care, but not built where this project was made: please tell us what you see.)
FROM python:3.13-slim AS build
WORKDIR /build
RUN python -m venv /opt/entrepairs
COPY requirements.lock ./
RUN /opt/entrepairs/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /opt/entrepairs/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home entrepairs && mkdir /data && chown entrepairs /data
COPY --from=build /opt/entrepairs /opt/entrepairs
ENV PATH=/opt/entrepairs/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    LANG=fr_FR.UTF-8 \
    ENTREPAIRS_DATABASE_URL=sqlite:////data/entrepairs.db \
    ENTREPAIRS_WEB_HOST=0.0.0.0 \
    ENTREPAIRS_LOG_FORMAT=json
WORKDIR /data
VOLUME /data
USER entrepairs
EXPOSE 8081
HEALTHCHECK --interval=30s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/healthz', timeout=3)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["entrepairs"]
CMD ["run"]
