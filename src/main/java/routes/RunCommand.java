package routes;

import java.net.BindException;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;

/** Runs the program until it is told to stop. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = "Receives, transforms, delivers, imports; the console is on the admin port.")
final class RunCommand implements Runnable {

    @Override
    public void run() {
        Application application = start(Settings.read());
        waitForTheEnd(application);
    }

    static Application start(Settings settings) {
        try {
            return Application.start(settings, Clock.systemUTC());
        } catch (RuntimeException e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof BindException) {
                    throw new CommandException("a port is in use already: HTTP_PORT " + settings.httpPort()
                            + " or ADMIN_PORT " + settings.adminPort() + " (" + cause.getMessage() + ")");
                }
            }
            throw e;
        }
    }

    /** Returns when SIGTERM or SIGINT has come and everything is closed. */
    static void waitForTheEnd(AutoCloseable... parts) {
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            for (AutoCloseable part : parts) {
                                try {
                                    part.close();
                                } catch (Exception e) {
                                    System.err.println("not closed: " + e.getMessage());
                                }
                            }
                            stopped.countDown();
                        },
                        "stop"));
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
