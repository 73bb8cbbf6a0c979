import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.tools.AclCommand;

/**
 * Runs Kafka's own AclCommand for each line of a file, its arguments parted by tabs: Java starts once and not often.
 * A command that fails ends Java with its exit code.
 */
public class AclCommands {
    public static void main(String[] arguments) throws Exception {
        for (String line : Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            AclCommand.main(line.split("\t"));
        }
    }
}
