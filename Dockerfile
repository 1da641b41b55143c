# The server in a small image, run by an ordinary user: docker build -t tongsa . && docker run -p 8080:8080 tongsa
# The package's own models answer at once. Others: -v "$HOME/.cache/tongsa:/models" after `tongsa pull`, or -v DIR:/data … tongsa /data/model.gguf

FROM node:26-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# What the package itself needs: no tools.
FROM node:26-alpine AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM node:26-alpine
WORKDIR /app
ENV NODE_ENV=production TONGSA_CACHE=/models TONGSA_SERVE_HOST=0.0.0.0
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /build/package.json /build/LICENSE /build/NOTICE ./
COPY --from=build /build/bin bin
COPY --from=build /build/models models
COPY --from=build /build/dist dist
# A volume that is new takes its owner from here, so that `docker exec … node bin/tongsa.js pull` may write into it.
RUN mkdir /models && chown node /models
USER node
EXPOSE 8080
HEALTHCHECK CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TONGSA_SERVE_PORT ?? 8080}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/tongsa.js", "serve"]
