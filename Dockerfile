# A worker with the example tasks.  docker build -t sedano .
# With your own: docker run -v "$PWD/app.jar:/app.jar:ro" -e SEDANO_BROKER_URL=... -e SEDANO_RESULT_BACKEND=... sedano worker -A /app.jar
ARG JDK=eclipse-temurin:17-jdk
ARG JRE=eclipse-temurin:17-jre

FROM ${JDK} AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp -pl examples,workbench -am package -Dmaven.test.skip=true \
    && mkdir /app \
    && cp -R workbench/target/lib workbench/target/workbench.jar examples/target/sedano-examples.jar /app/

FROM ${JRE}
# A numeric user needs no user database; the state folder keeps what could not be recorded, so give it a volume.
RUN mkdir -p /opt/sedano /var/lib/sedano && chown 10001:10001 /var/lib/sedano
COPY --from=build /app /opt/sedano
USER 10001:10001
ENV XDG_STATE_HOME=/var/lib
WORKDIR /var/lib/sedano
VOLUME /var/lib/sedano
EXPOSE 9464
# exec form: the JVM is process 1 and gets SIGTERM, the warm shutdown.
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-cp", "/opt/sedano/workbench.jar:/opt/sedano/lib/*", "dev.sedano.workbench.Main"]
CMD ["worker", "--help"]
