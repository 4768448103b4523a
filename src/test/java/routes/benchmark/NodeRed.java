package routes.benchmark;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import routes.harness.Child;
import routes.harness.Product;

/** Node-RED with a flow that verifies, answers, maps and posts event by event: in memory only, no contact looked up. */
final class NodeRed implements AutoCloseable {

    private static final Path FLOW = Path.of("src/test/resources/node-red");

    private final int port;
    private final Child child;

    private NodeRed(int port, Child child) {
        this.port = port;
        this.child = child;
    }

    /** @param program {@code red.js} of an installed Node-RED; @param folder of its own */
    static NodeRed start(String program, Path folder, Path log, URI klaviyo) throws IOException {
        for (String file : List.of("flows.json", "settings.js")) {
            Files.copy(FLOW.resolve(file), folder.resolve(file));
        }
        int port = Product.freePort();
        Map<String, String> environment = Map.of(
                "PORT",
                Integer.toString(port),
                "KLAVIYO_URL",
                klaviyo.toString(),
                "CLIENT_SECRET",
                Product.CLIENT_SECRET);
        return new NodeRed(
                port,
                Child.of(
                        List.of("node", Path.of(program).toAbsolutePath().toString(), "--userDir", folder.toString()),
                        environment,
                        folder,
                        log));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        child.close();
    }
}
