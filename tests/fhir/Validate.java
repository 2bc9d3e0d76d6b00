import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.utilities.FhirPublication;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.validation.ValidationEngine;

/**
 * The HL7 validator over files: arguments are folders of definitions, `--`, and a folder of JSON files.
 * Prints a line for each remark (ISSUE, file, severity, where, what) and DONE for each file, tab separated.
 */
public class Validate {
    public static void main(String[] arguments) throws Exception {
        List<String> given = List.of(arguments);
        int split = given.indexOf("--");
        ValidationEngine engine = new ValidationEngine.ValidationEngineBuilder()
            .withVersion("4.0.1").withNoTerminologyServer().withTHO(false)
            .fromSource("hl7.fhir.r4.core#4.0.1");
        for (String folder : given.subList(0, split)) {
            engine.getIgLoader().loadIg(engine.getIgs(), engine.getBinaries(), folder, true);
        }
        engine.connectToTSServer(null, null, FhirPublication.R4);
        engine.setAnyExtensionsAllowed(false);
        engine.prepare();
        List<Path> files;
        try (var listed = Files.list(Path.of(given.get(split + 1)))) {
            files = listed.sorted().toList();
        }
        for (Path file : files) {
            List<ValidationMessage> remarks = new ArrayList<>();
            engine.validate(Files.readAllBytes(file), FhirFormat.JSON, List.of(), remarks);
            for (ValidationMessage remark : remarks) {
                say("ISSUE", file.getFileName().toString(), remark.getLevel().toString(),
                    String.valueOf(remark.getLocation()), remark.getMessage());
            }
            say("DONE", file.getFileName().toString());
        }
    }

    private static void say(String... parts) {
        List<String> plain = new ArrayList<>();
        for (String part : parts) {
            plain.add(part.replace('\t', ' ').replace('\n', ' '));
        }
        System.out.println(String.join("\t", plain));
    }
}
